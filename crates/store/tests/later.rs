//! What a later schema brought, written into a file that an earlier program filled.

use petrel_domain::replication::Kind;
use petrel_store::encode_copy;
use serde_json::{Value, json};

const COLUMNS: [&str; 5] = ["id", "client_id", "tag", "created_at", "updated_at"];

fn page(client: &str) -> Vec<u8> {
    let kinds = [Kind::Id, Kind::Id, Kind::Text, Kind::Instant, Kind::Instant];
    let row = [json!("0190f5c4-0000-7000-8000-00000000000a"), json!(client), json!("vip"), json!(1), json!(1)];
    encode_copy(&kinds, std::iter::once(row.iter().collect::<Vec<&Value>>())).unwrap()
}

#[test]
fn rows_of_a_new_table_are_made_and_one_that_refers_to_what_is_not_read_yet_changes_nothing() {
    let salon = crate::common::salon();
    let columns = COLUMNS.map(str::to_owned);
    let tags = || salon.store.read(|db| Ok(db.query_row("SELECT count(*) FROM client_tags", [], |row| row.get::<_, i64>(0))?)).unwrap();
    let dangling = salon.store.fill_in_columns("client_tags", true, &columns, &page("0190f5c4-0000-7000-8000-00000000000b")).unwrap_err();
    assert!(dangling.is_dangling(), "{dangling}");
    assert_eq!(tags(), 0);
    let here = page(&salon.client.to_string());
    // Columns alone make no row.
    assert_eq!(salon.store.fill_in_columns("client_tags", false, &columns, &here).unwrap(), Vec::<String>::new());
    assert_eq!(tags(), 0);
    assert_eq!(salon.store.fill_in_columns("client_tags", true, &columns, &here).unwrap(), ["client_tags"]);
    assert_eq!(tags(), 1);
    let cut = salon.store.fill_in_columns("client_tags", true, &columns, &here[..here.len() - 5]).unwrap_err();
    assert!(!cut.is_dangling(), "{cut}");
    // None of it is this desk's doing.
    assert_eq!(
        salon
            .store
            .outgoing(0, 1000, usize::MAX)
            .unwrap()
            .iter()
            .filter(|told| told.changes.iter().any(|of| of.table == "client_tags"))
            .count(),
        0
    );
}
