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
    /// How far the log stands on this desk's screens: as it was read, or as far as nothing of it is kept back.
    pub(crate) seen: i64,
    /// Which replica this file is.
    pub(crate) replica: [u8; 16],
}

/// The clock after `last` at the time `now`: never less than either, so a computer whose clock jumps back still writes in order.
pub(crate) fn next_clock(last: i64, now: Millis) -> i64 {
    (last + 1).max(now.0 << 16)
}

/// Ticks; rolled back with the transaction. (Two statements: an `UPDATE … RETURNING` opens a savepoint, for which the search index writes
/// out all that it holds.)
pub(crate) fn tick(db: &Connection, now: Millis) -> Result<Tick> {
    let sql = "SELECT last_clock, next_n, min(cursor, coalesce(hidden_since, cursor)), desk_id FROM sync_state WHERE id = 1";
    let tick = db
        .prepare_cached(sql)?
        .query_row([], |row| Ok(Tick { clock: next_clock(row.get(0)?, now), n: row.get(1)?, seen: row.get(2)?, replica: row.get(3)? }))?;
    db.prepare_cached("UPDATE sync_state SET last_clock = ?1, next_n = ?2 WHERE id = 1")?.execute([tick.clock, tick.n + 1])?;
    Ok(tick)
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
