//! Who asks.

use petrel_domain::{Role, StaffId};

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

    /// Their role, if it is one.
    pub fn role(&self) -> Option<Role> {
        self.staff.map(|(_, role)| role)
    }
}
