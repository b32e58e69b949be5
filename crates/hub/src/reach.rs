//! How the database is reached: its address as libpq reads it, from when on a line to it counts as dead, and whether what is said is encrypted.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use deadpool_postgres::Connect;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Connection, Error, Socket};

use crate::db::why;
use crate::tls::{Encrypted, NotEncrypted, Tls, Trust};

/// What is taken for a dead line, where the address does not say it: a computer that is gone closes nothing, and the system would wait for a quarter of
/// an hour, or for two hours where nothing is said. `tcp_user_timeout`, `connect_timeout`, `keepalives_idle`, `keepalives_interval`, `keepalives_retries`.
const UNANSWERED: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);
const SILENT: Duration = Duration::from_secs(30);
const ASKED_EVERY: Duration = Duration::from_secs(10);
const ASKED_TIMES: u32 = 3;

/// A way to the database.
#[derive(Clone)]
pub(crate) struct Reach {
    pub(crate) postgres: tokio_postgres::Config,
    pub(crate) tls: Tls,
}

impl Reach {
    /// What `DATABASE_URL` says. Beyond what the client knows: `sslmode=verify-full`, and `sslrootcert`, a file of certificates or `system`.
    ///
    /// # Errors
    /// Where it cannot be read, with what to do.
    pub(crate) fn of(address: &str) -> anyhow::Result<Self> {
        let (address, trust) = without_trust(address.trim())?;
        let mut postgres: tokio_postgres::Config = address.parse().context("DATABASE_URL")?;
        if postgres.get_tcp_user_timeout().is_none() {
            postgres.tcp_user_timeout(UNANSWERED);
        }
        if postgres.get_connect_timeout().is_none() {
            postgres.connect_timeout(CONNECT);
        }
        // Of this one alone its default cannot be told from what was said.
        if !address.contains("keepalives_idle") {
            postgres.keepalives_idle(SILENT);
        }
        if postgres.get_keepalives_interval().is_none() {
            postgres.keepalives_interval(ASKED_EVERY);
        }
        if postgres.get_keepalives_retries().is_none() {
            postgres.keepalives_retries(ASKED_TIMES);
        }
        if !matches!(trust, Trust::Anyone) {
            postgres.ssl_mode(SslMode::Require);
        }
        if postgres.get_hosts().is_empty() {
            // Without a name, no line would be encrypted, nor made where it should be.
            for number in postgres.get_hostaddrs().to_vec() {
                postgres.host(number.to_string());
            }
        }
        Ok(Self { tls: Tls::new(&trust)?, postgres })
    }

    /// A connection, and what carries it: to be polled. Where it need not be encrypted and cannot be, it is not, as libpq does it: servers have
    /// certificates that libpq takes and this does not read, such as those of the first version of X.509.
    ///
    /// # Errors
    /// What Postgres or the system says.
    pub(crate) async fn connect(&self) -> Result<(Client, Connection<Socket, Encrypted>), Error> {
        match self.postgres.connect(self.tls.clone()).await {
            Err(error) if self.postgres.get_ssl_mode() == SslMode::Prefer && NotEncrypted::of(&error).is_some() => {
                tracing::warn!(
                    error = why(&error),
                    "the line to the database is not encrypted: it cannot be, and DATABASE_URL does not ask for it"
                );
                let mut plain = self.postgres.clone();
                plain.ssl_mode(SslMode::Disable);
                plain.connect(self.tls.clone()).await
            }
            done => done,
        }
    }
}

/// The same for a pool.
impl Connect for Reach {
    fn connect(&self, _: &tokio_postgres::Config) -> BoxFuture<'_, Result<(Client, JoinHandle<()>), Error>> {
        async {
            let (client, connection) = Self::connect(self).await?;
            let carried = tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::warn!(error = why(&error), "a connection to the database broke");
                }
            });
            Ok((client, carried))
        }
        .boxed()
    }
}

/// An address without what is said of trust in it, and that.
fn without_trust(address: &str) -> anyhow::Result<(String, Trust)> {
    let is_url = ["postgres://", "postgresql://"].iter().any(|kind| address.starts_with(kind));
    let (base, options) = if is_url { address.split_once('?').unwrap_or((address, "")) } else { ("", address) };
    let (options, joint) =
        if is_url { (options.split('&').filter(|option| !option.is_empty()).collect(), "&") } else { (words(options), " ") };
    let (mut rest, mut mode, mut roots) = (Vec::new(), None, None);
    for option in options {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let value = || if is_url { unescaped(value) } else { Ok(unquoted(value)) };
        match name.trim() {
            "sslmode" => mode = Some((value()?, option)),
            "sslrootcert" => roots = Some(value()?),
            _ => rest.push(option),
        }
    }
    let said = mode.as_ref().map(|(mode, _)| &**mode);
    if said == Some("verify-ca") {
        bail!("DATABASE_URL: sslmode=verify-ca is not known here; say sslmode=verify-full, which holds the server's name, too")
    }
    let is_verified = said == Some("verify-full");
    if let Some((_, option)) = mode.as_ref().filter(|_| !is_verified) {
        rest.push(option);
    }
    let trust = match roots.as_deref() {
        // Roots that are named are for whoever encrypts.
        _ if said == Some("disable") => Trust::Anyone,
        Some("system") => Trust::Public,
        None if is_verified => Trust::Public,
        Some(path) => Trust::Roots(Path::new(path).to_owned()),
        None => Trust::Anyone,
    };
    let options = rest.join(joint);
    let mark = if is_url && !options.is_empty() { "?" } else { "" };
    Ok((format!("{base}{mark}{options}"), trust))
}

/// The options of an address that is none of a URL, each as it is written there: `name=value`, with blanks around the sign, or in quotes.
fn words(options: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = options.trim_start();
    while !rest.is_empty() {
        let value = rest.find('=').map_or(rest.len(), |sign| sign + 1);
        let value = value + rest[value..].len() - rest[value..].trim_start().len();
        let is_quoted = rest[value..].starts_with('\'');
        let (mut is_escaped, mut is_open) = (false, is_quoted);
        let end = rest[value..].char_indices().skip(usize::from(is_quoted)).find(|(_, sign)| {
            let is_end = !is_open && sign.is_whitespace() && !is_escaped;
            is_open &= is_escaped || *sign != '\'';
            is_escaped = *sign == '\\' && !is_escaped;
            is_end
        });
        let (word, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| value + at));
        words.push(word);
        rest = after.trim_start();
    }
    words
}

/// A value of it, without its quotes.
fn unquoted(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    let value = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).unwrap_or(value);
    let mut signs = value.chars();
    let next = || signs.next().map(|sign| if sign == '\\' { signs.next().unwrap_or(sign) } else { sign });
    if value.contains('\\') { Cow::Owned(std::iter::from_fn(next).collect()) } else { Cow::Borrowed(value) }
}

/// A value of an address, as it was before it was written there.
fn unescaped(value: &str) -> anyhow::Result<Cow<'_, str>> {
    if !value.contains('%') {
        return Ok(Cow::Borrowed(value));
    }
    let pair = format!("v={}", value.replace('+', "%2B"));
    let read = url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned());
    Ok(Cow::Owned(read.context("DATABASE_URL: sslrootcert cannot be read")?))
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::Host;

    use super::*;

    #[test]
    fn a_line_counts_as_dead_soon_unless_the_address_says_otherwise() {
        let reach = Reach::of("postgres://petrel@db.example.com/petrel").unwrap().postgres;
        assert_eq!(reach.get_tcp_user_timeout(), Some(&Duration::from_secs(10)));
        assert_eq!(reach.get_connect_timeout(), Some(&Duration::from_secs(5)));
        assert_eq!((reach.get_keepalives(), reach.get_keepalives_idle()), (true, Duration::from_secs(30)));
        assert_eq!((reach.get_keepalives_interval(), reach.get_keepalives_retries()), (Some(Duration::from_secs(10)), Some(3)));
        assert_eq!(reach.get_ssl_mode(), SslMode::Prefer);

        let said = "postgres://petrel@db.example.com/petrel?connect_timeout=7&tcp_user_timeout=60&keepalives_idle=7200&sslmode=disable&keepalives_retries=9";
        let reach = Reach::of(said).unwrap().postgres;
        assert_eq!(reach.get_tcp_user_timeout(), Some(&Duration::from_secs(60)));
        assert_eq!(reach.get_connect_timeout(), Some(&Duration::from_secs(7)));
        assert_eq!((reach.get_keepalives_idle(), reach.get_keepalives_retries()), (Duration::from_secs(7200), Some(9)));
        assert_eq!(reach.get_ssl_mode(), SslMode::Disable);
    }

    #[test]
    fn who_is_trusted_is_read_as_libpq_reads_it() {
        let read = |address: &str| without_trust(address).unwrap();
        let bare = "postgres://petrel@a,b/petrel".to_owned();
        assert_eq!(read("postgres://petrel@a,b/petrel"), (bare.clone(), Trust::Anyone));
        assert_eq!(read("postgres://petrel@a,b/petrel?sslmode=verify-full"), (bare.clone(), Trust::Public));
        assert_eq!(read("postgres://petrel@a,b/petrel?sslrootcert=system&sslmode=verify-full"), (bare.clone(), Trust::Public));
        let own = Trust::Roots("/etc/own roots.pem".into());
        assert_eq!(
            read("postgres://petrel@a,b/petrel?sslmode=require&sslrootcert=/etc/own%20roots.pem"),
            (format!("{bare}?sslmode=require"), own)
        );
        let own = Trust::Roots("/etc/own.pem".into());
        assert_eq!(read("host=a sslmode=verify-full sslrootcert=/etc/own.pem user=b"), ("host=a user=b".to_owned(), own));
        // One that encrypts nothing asks nobody who it is.
        let off = "postgres://petrel@a,b/petrel?sslmode=disable";
        assert_eq!(read(&format!("{off}&sslrootcert=/nowhere.pem")), (off.to_owned(), Trust::Anyone));
        assert_eq!(Reach::of(&format!("{off}&sslrootcert=/nowhere.pem")).unwrap().postgres.get_ssl_mode(), SslMode::Disable);
        let Err(error) = Reach::of("postgres://a/b?sslmode=verify-ca") else { panic!("it holds no name") };
        assert!(error.to_string().contains("sslmode=verify-full"), "{error}");
        let Err(error) = Reach::of("postgres://a/b?sslrootcert=/nowhere.pem") else { panic!("no such file") };
        assert!(format!("{error:#}").contains("sslrootcert: /nowhere.pem"), "{error:#}");
        assert_eq!(Reach::of("postgres://a/b?sslmode=verify-full").unwrap().postgres.get_ssl_mode(), SslMode::Require);
    }

    #[test]
    fn what_is_in_quotes_stays_as_it_is() {
        let read = |address: &str| without_trust(address).unwrap();
        let said = r"host=a password='a  b\'  sslmode=x' user = b";
        assert_eq!(read(said), (said.to_owned(), Trust::Anyone));
        let own = Trust::Roots("/etc/own 'roots.pem".into());
        assert_eq!(read(&format!(r"sslrootcert = '/etc/own \'roots.pem' {said} sslmode = verify-full")), (said.to_owned(), own));
        assert_eq!(Reach::of(said).unwrap().postgres.get_password(), Some(&b"a  b'  sslmode=x"[..]));
        let of_no_url = "host=a password=postgres://";
        assert_eq!(read(of_no_url), (of_no_url.to_owned(), Trust::Anyone));
    }

    #[test]
    fn a_server_that_has_a_number_alone_is_named_by_it() {
        let reach = Reach::of("hostaddr=127.0.0.1 user=petrel").unwrap().postgres;
        assert_eq!(reach.get_hosts(), [Host::Tcp("127.0.0.1".to_owned())]);
    }
}
