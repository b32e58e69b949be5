use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ClinicId;

/// The clinic, as Settings shows and saves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Clinic {
    /// Its id.
    pub id: ClinicId,
    /// How many decimals the currency has (`currency::minor_digits`): amounts are counted in its smallest unit.
    pub currency_digits: u8,
    /// The editable part.
    #[serde(flatten)]
    pub details: ClinicDetails,
}

/// What can be edited of the clinic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct ClinicDetails {
    /// Name, 1 to 200 characters.
    pub name: String,
    /// E-mail for clients to write to.
    pub email: Option<String>,
    /// Phone, E.164 where it could be read.
    pub phone: Option<String>,
    /// Web site, with `https://`.
    pub website_url: Option<String>,
    /// Postal address.
    pub address: Option<String>,
    /// IANA zone (`Europe/Madrid`). Every wall clock of the clinic is in it.
    pub timezone: String,
    /// BCP 47 tag (`en-US`): dates, numbers, and the country that phone numbers without a prefix belong to.
    pub locale: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Where happy (and unhappy) clients may leave a public review.
    pub google_review_url: Option<String>,
}
