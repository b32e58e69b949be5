//! How the database is reached: its address as libpq reads it, from when on a line to it counts as dead, and whether what is said is encrypted.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Connection, Socket};

use crate::tls::{Encrypted, Tls, Trust};

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
        Ok(Self { tls: Tls::new(&trust)?, postgres })
    }

    /// A connection, and what carries it: to be polled.
    ///
    /// # Errors
    /// What Postgres or the system says.
    pub(crate) async fn connect(&self) -> Result<(Client, Connection<Socket, Encrypted>), tokio_postgres::Error> {
        self.postgres.connect(self.tls.clone()).await
    }
}

/// An address without what is said of trust in it, and that.
fn without_trust(address: &str) -> anyhow::Result<(String, Trust)> {
    let is_url = address.contains("://");
    let (base, options) = if is_url { address.split_once('?').unwrap_or((address, "")) } else { ("", address) };
    let joint = if is_url { "&" } else { " " };
    let (mut rest, mut is_verified, mut roots) = (Vec::new(), false, None);
    for option in options.split(joint).filter(|option| !option.is_empty()) {
        match option.split_once('=').unwrap_or((option, "")) {
            ("sslmode", "verify-full") => is_verified = true,
            ("sslmode", "verify-ca") => {
                bail!("DATABASE_URL: sslmode=verify-ca is not known here; say sslmode=verify-full, which holds the server's name, too")
            }
            ("sslrootcert", path) => roots = Some(if is_url { unescaped(path)? } else { Cow::Borrowed(path) }),
            _ => rest.push(option),
        }
    }
    let trust = match roots.as_deref() {
        Some("system") => Trust::Public,
        None if is_verified => Trust::Public,
        Some(path) => Trust::Roots(Path::new(path).to_owned()),
        None => Trust::Anyone,
    };
    let options = rest.join(joint);
    let mark = if is_url && !options.is_empty() { "?" } else { "" };
    Ok((format!("{base}{mark}{options}"), trust))
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
        let Err(error) = Reach::of("postgres://a/b?sslmode=verify-ca") else { panic!("it holds no name") };
        assert!(error.to_string().contains("sslmode=verify-full"), "{error}");
        let Err(error) = Reach::of("postgres://a/b?sslrootcert=/nowhere.pem") else { panic!("no such file") };
        assert!(format!("{error:#}").contains("sslrootcert: /nowhere.pem"), "{error:#}");
        assert_eq!(Reach::of("postgres://a/b?sslmode=verify-full").unwrap().postgres.get_ssl_mode(), SslMode::Require);
    }
}
