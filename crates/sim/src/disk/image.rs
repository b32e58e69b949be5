//! What a disk may hold after the power was cut: everything that was made to last, and of what came since any part.

use std::collections::BTreeMap;
use std::path::Path;

use super::Event;

/// The smallest piece that a disk writes whole or not at all, in bytes.
const SECTOR: usize = 512;

/// What was done to the files of a folder, from its beginning.
#[derive(Debug, Default)]
pub struct Recording {
    before: BTreeMap<String, Vec<u8>>,
    events: Vec<Event>,
}

#[derive(Clone, Debug)]
enum Pending {
    Bytes(usize, Vec<u8>),
    Size(usize),
}

/// Whether a file's name lasts in its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Lasts,
    /// It was made and the folder was not synced since: it may be gone.
    New,
    /// It was removed and the folder was not synced since: it may be there.
    Removed,
}

#[derive(Clone, Debug)]
struct Held {
    name: Name,
    is_journal: bool,
    was_synced: bool,
    lasting: Vec<u8>,
    pending: Vec<Pending>,
}

/// How a power cut treats what was not made to last.
#[derive(Clone, Copy, Debug)]
enum Mood {
    LosesAll,
    KeepsAll,
    /// Keeps each write with so many of a hundred, and tears as many.
    Mixed(u8),
}

impl Recording {
    pub(super) fn of(before: BTreeMap<String, Vec<u8>>) -> Self {
        Self { before, events: Vec::new() }
    }

    pub(super) fn push(&mut self, event: Event) {
        self.events.push(event);
    }

    /// How many moments there are at which the power may be cut.
    pub fn moments(&self) -> usize {
        self.events.len() + 1
    }

    /// What had been acknowledged at a moment.
    pub fn acknowledged(&self, moment: usize) -> Vec<u64> {
        let before = &self.events[..moment];
        before.iter().filter_map(|event| if let Event::Acknowledged(what) = event { Some(*what) } else { None }).collect()
    }

    /// Writes a folder as it may be found after the power was cut at a moment. Answers whether something was there that had not been made to
    /// last: without, what is found is the same whatever is drawn.
    ///
    /// # Errors
    /// What the system says.
    pub fn cut(&self, moment: usize, rng: &mut fastrand::Rng, folder: &Path) -> std::io::Result<bool> {
        let mood = match rng.u8(0..10) {
            0 => Mood::LosesAll,
            1 => Mood::KeepsAll,
            _ => Mood::Mixed(rng.u8(10..90)),
        };
        let files = self.held(moment);
        let is_torn = files.values().any(|held| !held.pending.is_empty() || held.name != Name::Lasts);
        for (file, held) in files {
            let is_there = match mood {
                _ if held.name == Name::Lasts => true,
                Mood::LosesAll => held.name == Name::Removed,
                Mood::KeepsAll => held.name == Name::New,
                Mood::Mixed(_) => rng.bool(),
            };
            if is_there {
                std::fs::write(folder.join(file), content(held, mood, rng))?;
            }
        }
        Ok(is_torn)
    }

    /// The folder's files at a moment.
    fn held(&self, moment: usize) -> BTreeMap<&str, Held> {
        let held = |content: &Vec<u8>| Held {
            name: Name::Lasts,
            is_journal: false,
            was_synced: true,
            lasting: content.clone(),
            pending: Vec::new(),
        };
        let mut files: BTreeMap<&str, Held> = self.before.iter().map(|(file, content)| (file.as_str(), held(content))).collect();
        for event in &self.events[..moment] {
            match event {
                Event::Opened { file, is_new, is_journal } => {
                    let made =
                        || Held { name: Name::New, is_journal: *is_journal, was_synced: false, lasting: Vec::new(), pending: Vec::new() };
                    if *is_new || !files.contains_key(file.as_str()) {
                        files.insert(file, made());
                    }
                }
                Event::Written { file, at, bytes } => {
                    files.entry(file).and_modify(|held| held.pending.push(Pending::Bytes(*at, bytes.clone())));
                }
                Event::Sized { file, size } => {
                    files.entry(file).and_modify(|held| held.pending.push(Pending::Size(*size)));
                }
                Event::Synced { file } => sync(&mut files, file),
                Event::Removed { file, is_lasting } => {
                    if let Some(held) = files.get_mut(file.as_str()) {
                        held.name = Name::Removed;
                    }
                    if *is_lasting {
                        sync_folder(&mut files);
                    }
                }
                Event::Acknowledged(_) => {}
            }
        }
        files
    }
}

/// A file is made to last. SQLite's layer syncs the folder with the first sync of a journal or log that it made, and so every name in it.
fn sync(files: &mut BTreeMap<&str, Held>, file: &str) {
    let Some(held) = files.get_mut(file) else { return };
    for pending in std::mem::take(&mut held.pending) {
        apply(&mut held.lasting, &pending);
    }
    let is_first = !std::mem::replace(&mut held.was_synced, true);
    if is_first && held.is_journal {
        sync_folder(files);
    }
}

fn sync_folder(files: &mut BTreeMap<&str, Held>) {
    files.retain(|_, held| held.name != Name::Removed);
    files.values_mut().for_each(|held| held.name = Name::Lasts);
}

fn apply(content: &mut Vec<u8>, pending: &Pending) {
    match pending {
        Pending::Bytes(at, bytes) => put(content, *at, bytes),
        Pending::Size(size) => content.resize(*size, 0),
    }
}

fn put(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if content.len() < at + bytes.len() {
        content.resize(at + bytes.len(), 0);
    }
    content[at..at + bytes.len()].copy_from_slice(bytes);
}

fn content(held: Held, mood: Mood, rng: &mut fastrand::Rng) -> Vec<u8> {
    let mut content = held.lasting;
    for pending in &held.pending {
        match mood {
            Mood::LosesAll => {}
            Mood::KeepsAll => apply(&mut content, pending),
            Mood::Mixed(kept) => match (rng.u8(0..100), pending) {
                (drawn, _) if drawn < kept => apply(&mut content, pending),
                (_, Pending::Bytes(at, bytes)) if rng.u8(0..100) < kept => tear(&mut content, *at, bytes, rng),
                _ => {}
            },
        }
    }
    content
}

/// Writes some sectors of a write and not the others.
fn tear(content: &mut Vec<u8>, at: usize, bytes: &[u8], rng: &mut fastrand::Rng) {
    let mut from = at;
    while from < at + bytes.len() {
        let until = ((from / SECTOR + 1) * SECTOR).min(at + bytes.len());
        if rng.bool() {
            put(content, from, &bytes[from - at..until - at]);
        }
        from = until;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(at: usize, byte: u8, count: usize) -> Event {
        Event::Written { file: "a".to_owned(), at, bytes: vec![byte; count] }
    }

    #[test]
    fn what_was_synced_is_always_there_and_what_was_not_in_any_part() {
        let events = vec![
            Event::Opened { file: "a".to_owned(), is_new: true, is_journal: true },
            written(0, 1, 2048),
            Event::Synced { file: "a".to_owned() },
            Event::Acknowledged(7),
            written(1024, 2, 2048),
        ];
        let recording = Recording { before: BTreeMap::new(), events };
        assert_eq!((recording.acknowledged(3), recording.acknowledged(5)), (vec![], vec![7]));
        let mut rng = fastrand::Rng::with_seed(1);
        let mut is_torn = |moment| recording.cut(moment, &mut rng, tempfile::tempdir().unwrap().path()).unwrap();
        assert!(is_torn(1) && !is_torn(4) && is_torn(5));
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let folder = tempfile::tempdir().unwrap();
            recording.cut(5, &mut rng, folder.path()).unwrap();
            let found = std::fs::read(folder.path().join("a")).unwrap();
            assert_eq!(found[..1024], [1; 1024], "what was made to last stands");
            for sector in found[1024..2048].chunks(512) {
                assert!(sector == [1; 512] || sector == [2; 512], "a sector is old or new");
            }
            seen.insert((found.len(), found[1024], found[1536]));
        }
        assert!(seen.len() > 4, "many endings are drawn: {seen:?}");
    }
}
