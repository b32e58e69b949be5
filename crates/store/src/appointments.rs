//! Visits: booking, moving, cancelling, and what becomes of them.

mod answers;
mod book;
mod cancel;
pub(crate) mod card;
pub(crate) mod clash;
mod colleagues;
mod detail;
mod edit;
mod freed;
mod moving;
mod pick_up;
mod place;
mod rhythm;
mod row;
mod series;
mod status;
mod swap;

pub(crate) use colleagues::{Roster, busy_on_board, roster};
pub(crate) use freed::FreedTime;
pub(crate) use place::{Place, UndoneVisits, is_outside, refuse_new_clashes, wish};
pub(crate) use row::{Visit, existing, to_come, visit};
pub(crate) use status::{go_on, refuse_dead, wait_for_nobody};
