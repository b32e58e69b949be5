//! Who asks.

use petrel_domain::rights::Right;
use petrel_domain::{Refusal, Role, StaffId};

/// Who asks: a signed-in member of staff, or the program itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    staff: Option<(StaffId, Role)>,
}

impl Actor {
    /// A signed-in member of staff.
    pub fn staff(id: StaffId, role: Role) -> Self {
        Self { staff: Some((id, role)) }
    }

    /// The program itself: first run, demo data, housekeeping. It may do everything.
    pub fn program() -> Self {
        Self { staff: None }
    }

    /// The member of staff, if it is one.
    pub fn staff_id(&self) -> Option<StaffId> {
        self.staff.map(|(id, _)| id)
    }

    /// Whether they may: every use case and every question asks this first.
    ///
    /// # Errors
    /// `forbidden`, naming the right.
    pub fn require(&self, right: Right) -> Result<(), Refusal> {
        self.role().map_or(Ok(()), |role| role.require(right))
    }

    /// Their role, if it is one.
    pub fn role(&self) -> Option<Role> {
        self.staff.map(|(_, role)| role)
    }
}
