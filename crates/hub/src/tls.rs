//! TLS to the database: by what the rest of the project speaks it with.

use std::error::Error as _;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Socket;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// Whose word is taken that a server is the one that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Its own, as libpq does without `sslrootcert`: what is said cannot be read on its way, but who answers is not known.
    Anyone,
    /// That of the public roots.
    Public,
    /// That of the roots in a file.
    Roots(PathBuf),
}

/// Makes lines that are encrypted.
#[derive(Clone)]
pub(crate) struct Tls(Arc<ClientConfig>);

impl Tls {
    /// # Errors
    /// Where the file of roots cannot be read, or has none.
    pub(crate) fn new(trust: &Trust) -> anyhow::Result<Self> {
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let config = match trust {
            Trust::Anyone => config.dangerous().with_custom_certificate_verifier(Arc::new(Unverified(provider))),
            Trust::Public => config.with_root_certificates(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect::<RootCertStore>()),
            Trust::Roots(path) => {
                let place = || format!("DATABASE_URL: sslrootcert: {}", path.display());
                let mut roots = RootCertStore::empty();
                for root in CertificateDer::pem_file_iter(path).with_context(place)? {
                    roots.add(root.with_context(place)?).with_context(place)?;
                }
                ensure!(!roots.is_empty(), "{} has no certificate in it", place());
                config.with_root_certificates(roots)
            }
        };
        Ok(Self(Arc::new(config.with_no_client_auth())))
    }
}

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Encrypted;
    type TlsConnect = Named;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> io::Result<Named> {
        // A socket of this computer has no name, and is not encrypted.
        Ok(Named { connector: TlsConnector::from(Arc::clone(&self.0)), name: ServerName::try_from(domain.to_owned()).ok() })
    }
}

/// Encrypts one line to a server.
pub(crate) struct Named {
    connector: TlsConnector,
    name: Option<ServerName<'static>>,
}

impl TlsConnect<Socket> for Named {
    type Stream = Encrypted;
    type Error = NotEncrypted;
    type Future = Pin<Box<dyn Future<Output = Result<Encrypted, NotEncrypted>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move {
            let no_name = || io::Error::new(io::ErrorKind::InvalidInput, "the server's name is none of a certificate");
            let name = self.name.ok_or_else(no_name).map_err(NotEncrypted)?;
            Ok(Encrypted(Box::new(self.connector.connect(name, socket).await.map_err(NotEncrypted)?)))
        })
    }
}

/// Why a line to a server that can encrypt is not encrypted. Of a type of its own: by what Postgres' client makes of it, it could not be told from a
/// line that broke.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct NotEncrypted(io::Error);

impl NotEncrypted {
    /// What stands in an error of Postgres' client.
    pub(crate) fn of(error: &tokio_postgres::Error) -> Option<&Self> {
        error.source()?.downcast_ref()
    }

    /// Whether the line broke meanwhile. Otherwise the two do not agree, or the certificate is not what it should be: that stays so.
    pub(crate) fn may_pass(&self) -> bool {
        !matches!(self.0.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
    }
}

/// A line that is encrypted.
pub(crate) struct Encrypted(Box<TlsStream<Socket>>);

impl tokio_postgres::tls::TlsStream for Encrypted {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(context, into)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(context)
    }
}

/// Takes any certificate, but holds the server to the key in it.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
