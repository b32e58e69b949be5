//! Files that are brought in, and what came of them.

use std::sync::atomic::AtomicBool;

use petrel_domain::desk::{BadRowWords, ImportPreview, ImportReport};

use super::Salon;

impl Salon {
    pub fn file(&self, bytes: &[u8]) -> String {
        let path = self.folder.path().join("clients.csv");
        std::fs::write(&path, bytes).unwrap();
        path.to_string_lossy().into_owned()
    }

    pub fn preview(&self, bytes: &[u8]) -> ImportPreview {
        self.store.preview_import(&self.owner, &self.file(bytes), None).unwrap()
    }

    pub fn import(&self, bytes: &[u8]) -> ImportReport {
        let plan = self.preview(bytes).plan;
        self.store.run_import(&self.owner, &plan, &BadRowWords::default(), &|_| {}, &AtomicBool::new(false)).unwrap()
    }

    /// Who has which pet, of those who came in.
    pub fn owners(&self) -> Vec<String> {
        self.texts(
            "SELECT iif(c.first_name = '', c.last_name, c.first_name) || ' ' || p.name FROM pets p JOIN clients c ON c.id = p.client_id WHERE c.source = 'csv' ORDER BY 1",
        )
    }

    pub fn texts(&self, sql: &str) -> Vec<String> {
        self.store.read(|db| Ok(db.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)).unwrap()
    }
}
