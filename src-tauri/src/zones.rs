//! Time zones, as a person chooses one.

use chrono_tz::{TZ_VARIANTS, Tz};

/// The computer's zone, by its IANA name; UTC where it has none that is known.
pub(crate) fn of_this_computer() -> String {
    let name = iana_time_zone::get_timezone().unwrap_or_default();
    name.parse::<Tz>().unwrap_or(Tz::UTC).name().to_owned()
}

/// The zones with a place in their name, and UTC. Old names of the same rules (`US/Eastern`, `EST5EDT`) are left out.
pub(crate) fn all() -> Vec<String> {
    const PLACES: [&str; 10] =
        ["Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"];
    let names = TZ_VARIANTS.iter().map(|zone| zone.name());
    let mut names: Vec<String> =
        names.filter(|name| *name == "UTC" || PLACES.iter().any(|place| name.starts_with(place))).map(str::to_owned).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zones_to_choose_from_hold_the_computers_and_can_all_be_read() {
        assert!(of_this_computer().parse::<Tz>().is_ok());
        let all = all();
        assert!(all.len() > 350 && all.iter().any(|name| name == "Europe/Madrid") && all.iter().all(|name| name.parse::<Tz>().is_ok()));
    }
}
