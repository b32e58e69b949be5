//! Clients and pets.

use petrel_domain::{DAY, Millis, Species, natural_id, zone};
use rusqlite::{Connection, params};

use super::sizes::{Frame, lifetime, range};
use super::{DemoPlan, Maker};
use crate::Result;
use crate::breeds::{Common, common};

/// Those who come.
pub(super) struct Herd {
    pub(super) clients: u32,
    /// By the day they first came.
    pub(super) pets: Vec<Pet>,
}

/// A pet, since when it comes, and until when it lived.
#[derive(Clone, Copy)]
pub(super) struct Pet {
    pub(super) id: [u8; 16],
    pub(super) client_id: [u8; 16],
    pub(super) species: Species,
    pub(super) since: Millis,
    pub(super) born: Millis,
    pub(super) died: Option<Millis>,
    /// What it weighs when grown, and what it weighed last.
    pub(super) frame: Frame,
    pub(super) grams: u32,
}

impl Pet {
    /// Until when anything is written down of it.
    pub(super) fn until(&self, now: Millis) -> Millis {
        self.died.map_or(now, |died| died.min(now))
    }
}

impl Herd {
    /// Those who had come by an instant.
    pub(super) fn known(&self, at: Millis) -> &[Pet] {
        &self.pets[..self.pets.partition_point(|pet| pet.since <= at)]
    }
}

/// Of a hundred clients, those who were there before the books begin.
const FROM_THE_START: u32 = 30;

/// Of a hundred pets.
const SPECIES: &[(Species, u32)] = &[
    (Species::Dog, 56),
    (Species::Cat, 33),
    (Species::Rabbit, 4),
    (Species::GuineaPig, 2),
    (Species::Bird, 2),
    (Species::Hamster, 1),
    (Species::Ferret, 1),
    (Species::Reptile, 1),
];

pub(super) fn fill(db: &Connection, plan: &DemoPlan, maker: &mut Maker) -> Result<Herd> {
    let wanted = plan.pets.unwrap_or(plan.clients + plan.clients / 2).max(1);
    let mut pets = Vec::with_capacity(wanted as usize);
    let years = i64::from(plan.years.clamp(1, 30)) * 365 * DAY;
    let mut last: Option<Card> = None;
    for n in 0..plan.clients {
        let since = if maker.chance(FROM_THE_START) { years + maker.rng.i64(0..30 * DAY) } else { maker.rng.i64(DAY..years) };
        let since = Millis(maker.now.0 - since);
        // Now and then the same person was taken down twice.
        let card = match &last {
            Some(card) if n % 400 == 7 => Card { notes: None, ..card.clone() },
            _ => Card::new(maker, n),
        };
        let client_id = client(db, maker, &card, since)?;
        let left = wanted.saturating_sub(u32::try_from(pets.len()).unwrap_or(0));
        let share = left.div_ceil(plan.clients - n);
        let count = if share > 1 { maker.rng.u32(1..=share * 2 - 1) } else { share };
        for _ in 0..count.min(left) {
            pets.push(pet(db, maker, client_id, since)?);
        }
        last = Some(card);
    }
    pets.sort_by_key(|pet| (pet.since, pet.id));
    Ok(Herd { clients: plan.clients, pets })
}

/// What is written down of a client.
#[derive(Clone)]
struct Card {
    first: String,
    last: String,
    email: Option<String>,
    phone: Option<String>,
    address: String,
    notes: Option<String>,
    tag: Option<&'static str>,
}

impl Card {
    fn new(maker: &mut Maker, n: u32) -> Self {
        let words = maker.words.language.clone();
        let (first, last) = (maker.pick(&words.first).clone(), maker.pick(&words.last).clone());
        let plain = petrel_domain::text::fold(&format!("{first}.{last}")).replace(' ', ".");
        let phone = match n % 500 {
            // What was on the old card.
            3 => "ask at reception".to_owned(),
            // Ranges that are kept for stories, or wide enough that nobody is meant.
            _ if maker.words.is_spanish => format!("+346{:08}", 10_000_000 + (u64::from(n) * 7_919 + 13) % 89_000_000),
            _ => format!("+1{}{:07}", ["415", "212", "312", "617"][n as usize % 4], 2_000_000 + (u64::from(n) * 7_919 + 13) % 7_900_000),
        };
        let is_noted = maker.chance(8);
        Self {
            email: maker.chance(85).then(|| format!("{plain}{n}@example.com")),
            phone: maker.chance(96).then_some(phone),
            address: format!("{} {}", maker.rng.u32(1..180), maker.pick(&words.streets)),
            notes: is_noted.then(|| maker.pick(&words.notes).clone()),
            tag: ["VIP", "Breeder", "Senior"].get(maker.rng.usize(0..40)).copied(),
            first,
            last,
        }
    }
}

fn client(db: &Connection, maker: &mut Maker, card: &Card, since: Millis) -> Result<[u8; 16]> {
    let id = maker.id(since);
    let sql = "INSERT INTO clients (id, first_name, last_name, email, phone, address, notes, source, created_at, updated_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'manual', ?8, ?8)";
    db.prepare_cached(sql)?.execute(params![id, card.first, card.last, card.email, card.phone, card.address, card.notes, since.0])?;
    if let Some(tag) = card.tag {
        let tag_id = natural_id("client_tags", &[&id, tag.as_bytes()]);
        let sql = "INSERT INTO client_tags (id, client_id, tag, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)";
        db.prepare_cached(sql)?.execute(params![tag_id.as_bytes(), id, tag, since.0])?;
    }
    Ok(id)
}

fn species(maker: &mut Maker) -> Species {
    let mut at = maker.rng.u32(0..100);
    for (species, share) in SPECIES {
        match at.checked_sub(*share) {
            None => return *species,
            Some(rest) => at = rest,
        }
    }
    Species::Other
}

/// One of the common breeds: as often as it is common.
fn breed(maker: &mut Maker, species: Species) -> Option<&'static Common> {
    let all = common(species);
    let mut at = maker.rng.u32(0..all.iter().map(|one| one.share).sum::<u32>().max(1));
    for one in all {
        match at.checked_sub(one.share) {
            None => return Some(one),
            Some(rest) => at = rest,
        }
    }
    None
}

/// When a pet was born that first came at an instant, and when it died, if it did: of age, or before.
fn life(maker: &mut Maker, species: Species, since: Millis) -> (Millis, Option<Millis>) {
    let most = lifetime(species) * DAY;
    let born = since.0 - maker.rng.i64(60 * DAY..most * 6 / 10);
    // The oldest die at the end of what is possible, and few reach it.
    let end = born + most * maker.rng.i64(80..100) / 100;
    let is_early = maker.chance(2);
    let early = maker.now.0 - maker.rng.i64(DAY..300 * DAY);
    let died = match () {
        () if end < maker.now.0 => Some(end),
        () if is_early => Some(early.max(since.0)),
        () => None,
    };
    (Millis(born), died.map(Millis))
}

fn pet(db: &Connection, maker: &mut Maker, client_id: [u8; 16], since: Millis) -> Result<Pet> {
    let id = maker.id(since);
    let species = species(maker);
    let (born, died) = life(maker, species, since);
    let words = maker.words.language.clone();
    let names = maker.words.pets.clone();
    let common = breed(maker, species);
    let breed = common.map(|common| common.name(maker.words.is_spanish));
    let (least, most) = range(common);
    let frame = Frame(maker.rng.u32(least..=most));
    let grams = frame.grams(species, died.unwrap_or(maker.now).0 - born.0);
    let microchip = (matches!(species, Species::Dog | Species::Cat) && maker.chance(70))
        .then(|| format!("9820{:011}", maker.rng.u64(0..100_000_000_000)));
    let allergies = maker.chance(3).then(|| maker.pick(&words.allergies).clone());
    let alerts = maker.chance(4).then(|| maker.pick(&words.alerts).clone());
    let sex = *maker.pick(&["female", "male"]);
    let is_neutered = maker.chance(60);
    let name = maker.pick(&names).clone();
    let sql = "INSERT INTO pets (id, client_id, name, species, breed, sex, is_neutered, born_on, weight_grams, microchip, allergies, alerts, deceased_on,
               created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14)";
    let date = |at: Millis| zone::date_of(at, maker.zone).to_string();
    let (born_on, died_on) = (date(born), died.map(date));
    db.prepare_cached(sql)?.execute(params![
        id,
        client_id,
        name,
        species.as_str(),
        breed,
        sex,
        is_neutered,
        born_on,
        grams,
        microchip,
        allergies,
        alerts,
        died_on,
        since.0
    ])?;
    Ok(Pet { id, client_id, species, since, born, died, frame, grams })
}
