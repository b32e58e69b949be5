//! What is typed to join a clinic's hub.

use super::clinic::check_passphrase;
use super::{Checked, required};
use crate::Refusal;
use crate::desk::{JoinClinic, JoinHub};

impl Checked for JoinHub {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        Ok(Self {
            address: required("address", &self.address, 2000)?,
            code: required("code", &self.code, 40)?,
            desk_name: required("desk_name", &self.desk_name, 100)?,
        })
    }
}

impl Checked for JoinClinic {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        check_passphrase(self.key_store, self.passphrase.as_deref())?;
        Ok(Self { hub: self.hub.checked(())?, ..self })
    }
}
