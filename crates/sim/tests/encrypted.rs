//! The line of a hub to its Postgres is encrypted as its address says, and who answers is who was named; so it is with the line of a desk to its hub.

use std::path::Path;
use std::time::Duration;

use petrel_hub::{Config, Database, NewClinic};
use petrel_sim::{Postgres, Served, connect};
use petrel_sync::{HttpHub, HubError};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Made for this test alone: roots, and by them a certificate for 127.0.0.1 with its key.
const CERTIFICATE: &str = include_str!("tls/server.pem");
const KEY: &str = include_str!("tls/server.key");
/// One of the first version of X.509, which says nothing of what it is for.
const FIRST_VERSION: &str = include_str!("tls/first-version.pem");
const FIRST_VERSIONS_KEY: &str = include_str!("tls/first-version.key");

/// Has a server encrypt.
async fn encrypt(server: &Postgres, certificate: &str, key: &str) {
    let owner = connect(&format!("{}/postgres", server.address())).await.unwrap();
    // Written by the server, into its own folder: its files are its user's.
    for (text, name) in [(certificate, "server.crt"), (key, "server.key")] {
        let keep = format!("COPY (SELECT unnest(string_to_array($text${text}$text$, E'\\n'))) TO PROGRAM 'umask 077; cat > {name}'");
        owner.batch_execute(&keep).await.unwrap();
    }
    owner.batch_execute("ALTER SYSTEM SET ssl = on").await.unwrap();
    owner.batch_execute("SELECT pg_reload_conf()").await.unwrap();
}

async fn tries(url: &str, options: &str) -> Result<Database, String> {
    let config = Config { database_url: format!("{url}{options}"), connections: 1 };
    let tried = async {
        Database::migrate(&config).await?;
        Database::connect(&config).await
    };
    tried.await.map_err(|error: anyhow::Error| format!("{error:#}"))
}

#[tokio::test]
async fn a_line_is_encrypted_as_the_address_says() {
    let postgres = Postgres::alone().unwrap();
    let url = postgres.database().await.unwrap();
    let plain = tries(&url, "?sslmode=require").await.err().unwrap();
    assert!(plain.contains("server does not support TLS"), "{plain}");
    tries(&url, "").await.unwrap();

    encrypt(&postgres, CERTIFICATE, KEY).await;
    let roots = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls/roots.pem").display().to_string();
    let owner = connect(&url).await.unwrap();
    let encrypted = async || {
        let sql = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND datname = current_database()";
        owner.query_one(sql, &[]).await.unwrap().get::<_, i64>(0)
    };
    // A server takes a moment to read its settings anew.
    let database = loop {
        if let Ok(database) = tries(&url, "?sslmode=require").await {
            break database;
        }
    };
    assert_eq!(encrypted().await, 1);
    let clinic = NewClinic { name: "Petrel Vets".to_owned(), timezone: "Europe/Berlin".to_owned() };
    petrel_hub::add_clinic(&database, &clinic).await.unwrap();
    drop(database);
    let verified = format!("?sslmode=verify-full&sslrootcert={roots}");
    tries(&url, &verified).await.unwrap();

    // The public roots know nothing of it; and it is not the one of another name.
    for (url, options) in [(url.clone(), "?sslmode=verify-full".to_owned()), (url.replace("127.0.0.1", "localhost"), verified.clone())] {
        // Another moment does not change that.
        let config = Config { database_url: format!("{url}{options}"), connections: 1 };
        let waited = tokio::time::timeout(Duration::from_secs(60), Database::wait_for(&config)).await.expect("it is not waited for");
        let refused = format!("{:#}", waited.err().unwrap());
        assert!(refused.contains("certificate"), "{refused}");
    }

    // All that a hub says to it, whoever of it does: where nothing else is taken, it serves, listens and keeps its log.
    let served = Served::on(&format!("{url}{verified}")).await.unwrap();
    let (hub, _) = served.desk(served.clinic().await.unwrap()).await.unwrap();
    assert_eq!(petrel_sync::Hub::pull(&hub, 0, 0).await.unwrap().head, 0);
    let listens = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                   WHERE ssl AND datname = current_database() AND query LIKE '%refinery_schema_history%'";
    while owner.query_one(listens, &[]).await.unwrap().get::<_, i64>(0) == 0 {}
    assert_eq!(petrel_hub::clinics(&Config { database_url: served.database_url.clone(), connections: 1 }).await.unwrap().len(), 2);
}

/// As libpq does it: a hub that reached its server before it could encrypt goes on reaching it.
#[tokio::test]
async fn a_line_that_cannot_be_encrypted_is_plain_where_the_address_does_not_ask_for_more() {
    let postgres = Postgres::alone().unwrap();
    let url = postgres.database().await.unwrap();
    encrypt(&postgres, FIRST_VERSION, FIRST_VERSIONS_KEY).await;
    let refused = loop {
        match tries(&url, "?sslmode=require").await {
            Err(refused) if !refused.contains("does not support TLS") => break refused,
            _ => {}
        }
    };
    assert!(refused.contains("certificate"), "{refused}");
    for options in ["", "?sslmode=prefer", "?sslmode=disable&sslrootcert=/nowhere.pem"] {
        let database = tries(&url, options).await.unwrap();
        petrel_hub::make_code(&database, uuid::Uuid::nil()).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_hub_whose_certificate_does_not_hold_is_told_from_one_that_is_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let certificates = CertificateDer::pem_slice_iter(CERTIFICATE.as_bytes()).collect::<Result<Vec<_>, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(default_provider().into()).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(certificates, key).unwrap();
    let serving = tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(std::sync::Arc::new(config));
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let _ = acceptor.accept(stream).await;
        }
    });
    let asked = async |url: &str| HttpHub::new(url, None, Box::new(|_| Ok(()))).unwrap().info().await.map(|info| info.version);
    // The public roots know nothing of it; nor is it one for another name.
    for url in [&url, &url.replace("127.0.0.1", "localhost")] {
        let said = asked(url).await;
        assert!(matches!(said, Err(HubError::Certificate(_))), "{said:?}");
    }
    serving.abort();
    let _ = serving.await;
    let said = asked(&url).await;
    assert!(matches!(said, Err(HubError::Unreachable(_))), "nobody is there: {said:?}");
    // Whatever else it says: what speaks no TLS has no certificate that does not hold.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 The certificate is missing\r\n\r\n").await.unwrap();
    });
    let said = asked(&url).await;
    assert!(matches!(said, Err(HubError::Unreachable(_))), "{said:?}");
    serving.await.unwrap();
}
