//! Two equal records that two desks make one of, each not knowing of the other: what is told of the animal or the person stands at least once afterwards.

use crate::common::{first_desk, next_desk, sql};
use petrel_domain::desk::{MergeInput, MergePetsInput};
use petrel_domain::{ClientId, PetId, Role, StaffId, SystemClock};
use petrel_sim::{Postgres, Served, fast_folder};
use petrel_store::{Actor, Store};
use petrel_sync::{compare, round};
use uuid::Uuid;

/// Two clients of whom the same is told, and a third with two pets of which the same is told.
const CLINIC: &str = "
    INSERT INTO clinics (id, name, timezone, created_at, updated_at) VALUES (x'01900000000070008000000000000001', 'Petrel Vets', 'Europe/Berlin', 1, 1);
    INSERT INTO staff (id, first_name, role, created_at, updated_at) VALUES (x'01900000000070008000000000000002', 'Ada', 'owner', 1, 1);
    INSERT INTO clients (id, first_name, phone, created_at, updated_at) VALUES (x'01900000000070008000000000000003', 'Ida', '+4930111111', 1, 1),
      (x'01900000000070008000000000000004', 'Ida', '+4930111111', 1, 1), (x'01900000000070008000000000000005', 'Bo', NULL, 1, 1);
    INSERT INTO pets (id, client_id, name, species, created_at, updated_at)
      VALUES (x'01900000000070008000000000000006', x'01900000000070008000000000000005', 'Rex', 'dog', 1, 1),
        (x'01900000000070008000000000000007', x'01900000000070008000000000000005', 'Rex', 'dog', 1, 1)";

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

fn owner() -> Actor {
    Actor::staff(StaffId(id(2)), Role::Owner)
}

fn merge(desk: &Store, table: &str, from: Uuid, into: Uuid) {
    if table == "clients" {
        desk.merge_clients(&owner(), MergeInput { from_id: ClientId(from), into_id: ClientId(into) }).map(drop).unwrap();
    } else {
        let input = MergePetsInput { from_id: PetId(from), into_id: PetId(into), choices: Vec::new() };
        desk.merge_pets(&owner(), input).map(drop).unwrap();
    }
}

fn delete(desk: &Store, table: &str, of: Uuid) {
    let deleted = if table == "clients" { desk.delete_client(&owner(), ClientId(of)) } else { desk.delete_pet(&owner(), PetId(of)) };
    deleted.map(drop).unwrap();
}

/// Which of two are there.
fn living(desk: &Store, table: &str, two: [Uuid; 2]) -> Vec<Uuid> {
    let is_there = |id: &Uuid| {
        let sql = format!("SELECT 1 FROM {table} WHERE id = ?1 AND deleted_at IS NULL");
        desk.read(|db| Ok(db.prepare(&sql)?.exists([id.as_bytes()])?)).unwrap()
    };
    two.into_iter().filter(is_there).collect()
}

/// Merged both ways, the two are there again, for a person to look at; of one that was deleted where nobody knew of the merge, the one that was kept.
#[tokio::test]
async fn what_two_desks_merge_otherwise_or_one_of_them_deletes_does_not_vanish() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    for (table, two) in [("clients", [id(3), id(4)]), ("pets", [id(6), id(7)])] {
        let [one, other] = two;
        for (is_deleted, is_swapped) in [(false, false), (false, true), (true, false), (true, true)] {
            let folder = tempfile::tempdir_in(folder.path()).unwrap();
            let clinic = served.clinic().await.unwrap();
            let first = first_desk(&served, clinic, folder.path()).await;
            sql(&first.0, CLINIC);
            round(&first.0, &first.1, &SystemClock).await.unwrap();
            let next = next_desk(&served, clinic, &folder.path().join("next.petrel")).await;
            merge(&first.0, table, one, other);
            if is_deleted {
                delete(&next.0, table, other)
            } else {
                merge(&next.0, table, other, one)
            }
            let mut order = [&first, &next];
            if is_swapped {
                order.reverse();
            }
            for (desk, hub) in order.into_iter().chain(order) {
                round(desk, hub, &SystemClock).await.unwrap();
            }
            let stand = if is_deleted { vec![other] } else { two.to_vec() };
            for (desk, hub) in order {
                assert_eq!(living(desk, table, two), stand, "{table}, deleted: {is_deleted}, swapped: {is_swapped}");
                assert_eq!(compare(desk, hub).await.unwrap(), Some(Vec::new()));
            }
            let merged = "SELECT count(*) FROM clients WHERE merged_into_id IS NOT NULL AND deleted_at IS NULL";
            assert_eq!(first.0.read(|db| Ok(db.query_row(merged, [], |row| row.get::<_, i64>(0))?)).unwrap(), 0);
            assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
        }
    }
}
