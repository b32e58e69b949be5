//! Visits: booking, moving, cancelling, and what becomes of them.

mod answers;
mod book;
mod cancel;
pub(crate) mod card;
mod clash;
mod colleagues;
mod detail;
mod edit;
mod moving;
mod notify;
mod place;
mod row;
mod series;
mod status;

pub(crate) use colleagues::{Roster, busy_between, roster};
pub(crate) use place::{refuse_new_clashes, wish};
pub(crate) use row::existing;
