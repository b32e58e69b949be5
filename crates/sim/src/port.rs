//! Ports for programs that must be told where to listen before they start.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use anyhow::{Context, Result};

/// Ports that no system gives out by itself: below the dynamic ones of Linux (from 32768) and of IANA (from 49152). A server that was
/// killed finds its address free when it starts again, whatever connections were opened in between.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A port of this computer's own address where nothing listens now.
///
/// # Errors
/// Where each one tried is taken.
pub fn free() -> Result<u16> {
    (0..100)
        .map(|_| fastrand::u16(PORTS))
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .with_context(|| format!("no port of a hundred between {} and {} is free", PORTS.start, PORTS.end))
}

/// The same, as an address.
///
/// # Errors
/// As of [`free`].
pub fn free_address() -> Result<SocketAddr> {
    Ok((Ipv4Addr::LOCALHOST, free()?).into())
}
