//! The hybrid logical clock of this desk: 48 bits of milliseconds, 16 of counter, one tick a transaction.

use petrel_domain::Millis;
use rusqlite::Connection;

use crate::Result;

/// A tick, and the number of the transaction it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    /// This desk's number for the transaction, growing by one.
    pub(crate) n: i64,
    /// The clock.
    pub(crate) clock: i64,
    /// How far the log has been read.
    pub(crate) seen: i64,
    /// Which replica this file is.
    pub(crate) replica: [u8; 16],
}

/// The clock after `last` at the time `now`: never less than either, so a computer whose clock jumps back still writes in order.
pub(crate) fn next_clock(last: i64, now: Millis) -> i64 {
    (last + 1).max(now.0 << 16)
}

/// Ticks; rolled back with the transaction.
pub(crate) fn tick(db: &Connection, now: Millis) -> Result<Tick> {
    let last: i64 = db.prepare_cached("SELECT last_clock FROM sync_state WHERE id = 1")?.query_row([], |row| row.get(0))?;
    let clock = next_clock(last, now);
    let sql = "UPDATE sync_state SET last_clock = ?1, next_n = next_n + 1 WHERE id = 1 RETURNING next_n - 1, cursor, desk_id";
    let tick = |row: &rusqlite::Row<'_>| Ok(Tick { n: row.get(0)?, clock, seen: row.get(1)?, replica: row.get(2)? });
    Ok(db.prepare_cached(sql)?.query_row([clock], tick)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_never_goes_back() {
        let ten = next_clock(0, Millis(10));
        assert_eq!(ten, 10 << 16);
        assert_eq!(next_clock(ten, Millis(10)), ten + 1, "the same millisecond counts up");
        assert_eq!(next_clock(ten, Millis(3)), ten + 1, "a clock set back counts up");
        assert_eq!(next_clock(ten, Millis(11)), 11 << 16);
    }
}
