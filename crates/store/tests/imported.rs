//! What an import makes of lists as other programs write them: which rows are of one client, who of them is here, and what each cell says.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up what it needs must fail")]

mod common;

use common::salon;
use petrel_domain::desk::ClientDetails;

#[test]
fn a_word_for_no_species_in_an_import_is_no_breed() {
    let salon = salon();
    salon.import(b"Name,Pet,Species\nAnn Ash,Ada,Other\nBo Birch,Bob,unknown\nCy Cedar,Cy,Alpaca\n");
    let told = "SELECT name || ' ' || species || ' ' || coalesce(breed, '-') FROM pets WHERE name <> 'Rex' ORDER BY name";
    assert_eq!(salon.texts(told), ["Ada other -", "Bob other -", "Cy other Alpaca"]);
}

#[test]
fn a_cell_of_an_import_that_is_too_long_is_told_of_by_its_own_column() {
    let salon = salon();
    let long = "x".repeat(1_001);
    for (cells, column) in [
        (format!("Ann Ash,+4930111111,,Bern,A,{long},Rex,Dog"), "Gate"),
        (format!("Ann Ash,+4930111111,{long},Bern,A,12,Rex,Dog"), "Other phone"),
        (format!("{long},+4930111111,,Bern,A,12,Rex,Dog"), "Name"),
        (format!("Ann {long},+4930111111,,Bern,A,12,Rex,Dog"), "Name"),
        (format!("Ann Ash,+4930111111,,{long},A,12,Rex,Dog"), "City"),
        (format!("Ann Ash,+4930111111,,Bern,A,12,Rex,{long}"), "Species"),
    ] {
        let csv = format!("Name,Phone,Other phone,City,Vet,Gate,Pet,Species\n{cells}\n");
        let preview = salon.preview(csv.as_bytes());
        let told: Vec<_> = preview.bad_sample.iter().map(|row| (row.reason.as_str(), row.column.as_deref(), row.cell.as_deref())).collect();
        let cell = cells.split(',').find(|cell| cell.len() > 1_000);
        assert_eq!(told, [("too_long", Some(column), cell)]);
    }
}

#[test]
fn a_name_of_one_word_is_filled_in_by_an_import_as_a_pair() {
    for (here, row, name) in [
        (("", "Vera"), "Vera,Hopper", "Vera|Hopper"),
        (("", "Hopper"), "Vera,Hopper", "Vera|Hopper"),
        (("Vera", ""), ",Vera", "Vera|"),
        (("", ""), "Vera,Hopper", "Vera|Hopper"),
        (("Vera", "Hopper"), "Vera,Jones", "Vera|Hopper"),
    ] {
        let salon = salon();
        salon.add_client(here.0, here.1, "+4930111111");
        let report = salon.import(format!("First name,Last name,Phone\n{row},+4930111111\n").as_bytes());
        let names = "SELECT first_name || '|' || last_name FROM clients WHERE phone = '+4930111111'";
        assert_eq!((report.clients, salon.texts(names)), (0, vec![name.to_owned()]), "{here:?} {row}");
    }
}

#[test]
fn several_phones_in_one_cell_of_an_import_are_kept_and_told_of_until_somebody_mends_them() {
    let salon = salon();
    let several = "+49 30 111111 ::: +49 30 222222 ::: +49 30 333333";
    assert_eq!(salon.import(format!("Name,Phone\nAnn Ash,{several}\n").as_bytes()).clients, 1);
    let told = || salon.store.needs_attention(&salon.owner).unwrap().unclear_phones.into_iter().map(|one| one.phone).collect::<Vec<_>>();
    assert_eq!(told(), [several]);
    let ann = salon.store.search(&salon.owner, "ann ash", 1).unwrap()[0].client.id;
    let details = salon.store.client(&salon.owner, ann).unwrap().details;
    let with = |phone: &str| ClientDetails { notes: Some("Calls early".into()), phone: Some(phone.into()), ..details.clone() };
    salon.store.save_client(&salon.owner, ann, with(several)).expect("something else may be changed");
    let refused = salon.store.save_client(&salon.owner, ann, with(&several.replace("111111", "111112"))).unwrap_err().refusal();
    assert_eq!(refused.field.as_deref(), Some("phone"));
    salon.store.save_client(&salon.owner, ann, with("+44 20 7946 0958")).unwrap();
    assert_eq!(told(), [] as [&str; 0]);
}
