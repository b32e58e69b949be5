//! A visit's life: which status may follow which, and what each move writes down.

use crate::AppointmentStatus::{self, Cancelled, CheckedIn, Completed, Confirmed, InProgress, NoShow, Pending, Reminded, Rescheduled};
use crate::{MINUTE, Millis, Refusal, RefusalCode};

/// The moves a person may make, the usual one first. Corrections are moves, too: a wrong click must be able to go back.
///
/// | from | to |
/// |---|---|
/// | pending | confirmed, checked in, cancelled |
/// | confirmed, reminded | checked in, in progress, no-show, cancelled |
/// | checked in | in progress, completed, back to confirmed, no-show, cancelled |
/// | in progress | completed, back to checked in |
/// | completed | back to in progress |
/// | cancelled | confirmed again, where the time is still free |
/// | no-show | checked in (came late), back to confirmed |
/// | rescheduled | none: the visit lives on in the one that replaced it |
pub fn next_statuses(from: AppointmentStatus) -> &'static [AppointmentStatus] {
    match from {
        Pending => &[Confirmed, CheckedIn, Cancelled],
        Confirmed | Reminded => &[CheckedIn, InProgress, NoShow, Cancelled],
        CheckedIn => &[InProgress, Completed, Confirmed, NoShow, Cancelled],
        InProgress => &[Completed, CheckedIn],
        Completed => &[InProgress],
        Cancelled => &[Confirmed],
        NoShow => &[CheckedIn, Confirmed],
        Rescheduled => &[],
    }
}

/// Whether a visit may move from one status to another.
///
/// # Errors
/// `bad_transition`, naming both.
pub fn check_move(from: AppointmentStatus, to: AppointmentStatus) -> Result<(), Refusal> {
    if next_statuses(from).contains(&to) {
        return Ok(());
    }
    Err(Refusal::on(RefusalCode::BadTransition, "status").with_detail(format_args!("{}>{}", from.as_str(), to.as_str())))
}

/// Whether a visit may be given another length, time or colleague as it stands: until it is over.
pub fn can_move_time(status: AppointmentStatus) -> bool {
    matches!(status, Pending | Confirmed | Reminded | CheckedIn | InProgress)
}

/// Whether a visit may be replaced by one at another time: only before it has begun.
pub fn can_reschedule(status: AppointmentStatus) -> bool {
    matches!(status, Pending | Confirmed | Reminded)
}

/// Whether a visit takes its time, so that nothing else fits there.
pub fn takes_time(status: AppointmentStatus) -> bool {
    !matches!(status, Cancelled | NoShow | Rescheduled)
}

/// Whether a visit may be marked as picked up, or that be taken back: once it is over.
///
/// # Errors
/// `bad_transition`, naming the status.
pub fn check_pick_up(status: AppointmentStatus) -> Result<(), Refusal> {
    if status == Completed {
        return Ok(());
    }
    Err(Refusal::on(RefusalCode::BadTransition, "status").with_detail(format_args!("{}>picked_up", status.as_str())))
}

/// What is stamped where somebody is picked up: never before the visit was over, whatever the clocks of two desks say.
pub fn pick_up_at(ended: Option<Millis>, now: Millis) -> Millis {
    ended.map_or(now, |ended| ended.max(now))
}

/// How far two desks that both say of a visit that it is over may lie apart.
const TOLD_TWICE: i64 = 15 * MINUTE;

/// When whoever a visit was for was picked up; none while they wait for it. A stamp from long before the visit was over is that of a time before: the
/// visit was taken up again at a desk that did not know of it.
pub fn picked_up(status: AppointmentStatus, ended: Option<Millis>, stamp: Option<Millis>) -> Option<Millis> {
    stamp.filter(|at| status == Completed && ended.is_none_or(|ended| at.0 + TOLD_TWICE >= ended.0))
}

/// What happens to a time stamp when a status is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// Stays as it is.
    Keep,
    /// Is set to the present, unless it is set already.
    Now,
    /// Is cleared.
    Clear,
}

/// The time stamps that belong to a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamps {
    /// When whoever it is for came.
    pub checked_in_at: Stamp,
    /// When the visit truly began.
    pub actual_start_at: Stamp,
    /// When it truly ended.
    pub actual_end_at: Stamp,
    /// When it was cancelled, by whom and why.
    pub cancelled_at: Stamp,
    /// When whoever it was for was picked up again.
    pub picked_up_at: Stamp,
}

/// What setting a status writes down. A step back clears what the step forward had written.
pub fn stamps(to: AppointmentStatus) -> Stamps {
    let (actual_start_at, actual_end_at, cancelled_at) = match to {
        InProgress => (Stamp::Now, Stamp::Clear, Stamp::Clear),
        Completed => (Stamp::Now, Stamp::Now, Stamp::Clear),
        Cancelled => (Stamp::Clear, Stamp::Clear, Stamp::Now),
        Rescheduled => (Stamp::Keep, Stamp::Keep, Stamp::Keep),
        Pending | Confirmed | Reminded | CheckedIn | NoShow => (Stamp::Clear, Stamp::Clear, Stamp::Clear),
    };
    let checked_in_at = match to {
        CheckedIn => Stamp::Now,
        InProgress | Completed | Rescheduled => Stamp::Keep,
        Pending | Confirmed | Reminded | NoShow | Cancelled => Stamp::Clear,
    };
    // No status says that somebody was picked up: who is done waits for it.
    let picked_up_at = if to == Rescheduled { Stamp::Keep } else { Stamp::Clear };
    Stamps { checked_in_at, actual_start_at, actual_end_at, cancelled_at, picked_up_at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_is_either_in_the_table_or_refused_with_both_names() {
        let allowed = AppointmentStatus::ALL.iter().map(|from| next_statuses(*from).len()).sum::<usize>();
        let mut counted = 0;
        for from in AppointmentStatus::ALL {
            for to in AppointmentStatus::ALL {
                match check_move(*from, *to) {
                    Ok(()) => counted += 1,
                    Err(refusal) => {
                        assert_eq!(refusal.code, RefusalCode::BadTransition);
                        assert_eq!(refusal.detail.unwrap(), format!("{}>{}", from.as_str(), to.as_str()));
                    }
                }
            }
        }
        assert_eq!(counted, allowed);
        assert!(check_move(Pending, Completed).is_err() && check_move(Rescheduled, Confirmed).is_err());
    }

    #[test]
    fn the_main_road_is_the_first_move_of_each_step() {
        let mut status = Pending;
        let road = std::iter::from_fn(|| {
            status = *next_statuses(status).first()?;
            Some(status)
        });
        assert_eq!(road.take(4).collect::<Vec<_>>(), [Confirmed, CheckedIn, InProgress, Completed]);
    }

    #[test]
    fn a_step_back_clears_what_the_step_forward_wrote() {
        assert_eq!(stamps(Completed).actual_end_at, Stamp::Now);
        assert_eq!(stamps(InProgress).actual_end_at, Stamp::Clear);
        assert_eq!(stamps(Cancelled).cancelled_at, Stamp::Now);
        assert_eq!(stamps(Confirmed).cancelled_at, Stamp::Clear);
        assert_eq!(stamps(InProgress).picked_up_at, Stamp::Clear);
    }

    #[test]
    fn who_is_done_waits_until_somebody_comes() {
        assert_eq!(stamps(Completed).picked_up_at, Stamp::Clear);
        for status in AppointmentStatus::ALL {
            let told = check_pick_up(*status).map_err(|refusal| refusal.detail.unwrap_or_default());
            assert_eq!(told, if *status == Completed { Ok(()) } else { Err(format!("{}>picked_up", status.as_str())) });
        }
        let (early, ended, late) = (Some(Millis(1)), Some(Millis(TOLD_TWICE + 2)), Some(Millis(TOLD_TWICE + 3)));
        assert_eq!(picked_up(Completed, ended, None), None);
        assert_eq!(picked_up(Completed, ended, late), late);
        assert_eq!(picked_up(Completed, None, early), early);
        assert_eq!(picked_up(Completed, ended, early), None, "it was taken up again since");
        let between = Some(Millis(2));
        assert_eq!(picked_up(Completed, ended, between), between, "another desk said later that it was over");
        assert_eq!(picked_up(InProgress, None, late), None);
        // A desk whose clock is behind marks it all the same.
        assert_eq!(picked_up(Completed, ended, Some(pick_up_at(ended, Millis(1)))), ended);
        assert_eq!(pick_up_at(Some(Millis(2)), Millis(3)), Millis(3));
    }
}
