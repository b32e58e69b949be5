//! Files as they come: brought in, taken out, brought in again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::common::{at, salon};
use petrel_domain::desk::{BadRowWords, ClientDetails, DateOrder, ExportFormat, ImportField, OnDuplicate};
use petrel_domain::{Refusal, RefusalCode};

#[test]
fn an_ugly_file_comes_in_whole_and_one_undo_takes_it_back() {
    let salon = salon();
    let ugly = "\u{feff}First Name;Last Name;Mobile;E-mail;Animal Name;Species;DOB;Weight;Loyalty card\r\n\
        José;Ñúñez;612 34 56 78;jose@example.com;Luna;Canine;31/12/2019;12,5 kg;77\r\n\
        José;Ñúñez;612 34 56 78;jose@example.com;Kira;Feline;01.02.2020;4;77\r\n\
        ;;;;Milo;Rabbit;;;\r\n\
        \"O'Brien\nand son\";Ann;ask Maria;;Rex;Dog;2018-05-06;;\r\n\
        ;;;;;;;;\r\n\
        ;;;;;;31/12/2019;;\r\n\
        Bo;Late;;;Old;Dog;about 2015;;\r\n";
    let report = salon.import(ugly.as_bytes());
    assert_eq!((report.clients, report.pets, report.bad_rows), (2, 4, 2));
    assert_eq!(salon.count("SELECT count(*) FROM pets p JOIN clients c ON c.id = p.client_id WHERE c.last_name = 'Ñúñez'"), 3);
    assert_eq!(salon.texts("SELECT born_on FROM pets WHERE name = 'Luna'"), ["2019-12-31"]);
    assert_eq!(salon.count("SELECT weight_grams FROM pets WHERE name = 'Luna'"), 12_500);
    assert_eq!(salon.texts("SELECT custom_fields ->> 'Loyalty card' FROM clients WHERE last_name = 'Ñúñez'"), ["77"]);
    assert_eq!(salon.texts("SELECT phone FROM clients WHERE last_name = 'Ann'"), ["ask Maria"]);
    let rejected = std::fs::read_to_string(report.bad_rows_file.unwrap()).unwrap();
    assert!(rejected.starts_with('\u{feff}'), "a spreadsheet opens it");
    assert!(rejected.contains("about 2015") && rejected.contains("DOB: bad_date") && rejected.contains("missing_name"), "{rejected}");
    assert_eq!(salon.store.search(&salon.owner, "nunez", 5).unwrap().len(), 1);

    salon.later(1000);
    salon.store.undo(&salon.owner, report.undo.unwrap()).unwrap();
    assert_eq!(salon.count("SELECT count(*) FROM clients WHERE deleted_at IS NULL"), 1);
    assert_eq!(salon.count("SELECT count(*) FROM pets WHERE deleted_at IS NULL"), 1);
    assert_eq!(salon.store.search(&salon.owner, "nunez", 5).unwrap().len(), 0);
}

#[test]
fn an_imported_pet_without_a_client_is_of_the_client_in_the_row_above() {
    let salon = salon();
    let csv = b"First name;Phone;Pet;DOB\nBa;+4930111111;Rex;\nBo;+4930222222;Kit;\nBa;+4930111111;Luna;\n;;Milo;\n";
    assert_eq!(salon.import(csv).pets, 4);
    assert_eq!(salon.owners(), ["Ba Luna", "Ba Milo", "Ba Rex", "Bo Kit"]);
}

#[test]
fn an_import_sets_the_pets_of_a_client_aside_whose_row_was_set_aside() {
    let salon = salon();
    let csv = b"First name;Last name;Phone;Pet;DOB;Coat\n\
        Ann;Ash;+4930111111;Rex;;\n\
        ;;;Pip;about 2016;curly\n\
        ;;;Fay;;\n\
        Bo;Birch;+4930222222;Old;about 2015;\n\
        ;;;Milo;;\n\
        ;;;Nemo;;\n\
        Cy;Cedar;+4930333333;Tom;;\n\
        ;;;Sue;;\n\
        Di;Doe;+4930444444;Max;;;oops\n\
        ;;;Bob;;\n\
        Ed;Elm;+4930555555;Zoe;;\n";
    let report = salon.import(csv);
    assert_eq!(salon.owners(), ["Ann Fay", "Ann Rex", "Cy Sue", "Cy Tom", "Ed Zoe"], "a pet's own mistake is nobody else's");
    assert_eq!((report.clients, report.pets, report.bad_rows), (3, 5, 6));
    let rejected = std::fs::read_to_string(report.bad_rows_file.unwrap()).unwrap();
    for name in ["Pip", "Old", "Milo", "Nemo", "Max", "Bob"] {
        assert!(rejected.contains(name), "{name} is written back: {rejected}");
    }
    assert_eq!(rejected.matches("missing_name").count(), 3, "{rejected}");
}

#[test]
fn an_e_mail_that_can_be_none_is_kept_and_told_of_until_somebody_mends_it() {
    let salon = salon();
    let csv = "Name,Email,Pet\nAna Ruiz,ana@example;com,Luna\nBo Diddley,none,Rex\nIda Rhodes,none,Tom\nAda Byron,ada@example.com,Kit\n";
    let report = salon.import(csv.as_bytes());
    assert_eq!((report.clients, report.pets, report.bad_rows), (4, 4, 0), "two who have no e-mail are two");
    let told = || {
        let all = salon.store.needs_attention(&salon.owner).unwrap();
        assert!(all.duplicates.is_empty(), "{:?}", all.duplicates);
        assert_eq!(all.total as usize, all.unclear_emails.len());
        let mut told: Vec<_> = all.unclear_emails.into_iter().map(|one| (one.client_name, one.email)).collect();
        told.sort();
        told
    };
    let pair = |name: &str, email: &str| (name.to_owned(), email.to_owned());
    assert_eq!(told(), [pair("Ana Ruiz", "ana@example;com"), pair("Bo Diddley", "none"), pair("Ida Rhodes", "none")]);

    let ana = salon.store.search(&salon.owner, "ana ruiz", 1).unwrap()[0].client.id;
    let details = salon.store.client(&salon.owner, ana).unwrap().details;
    let with = |email: &str| ClientDetails { notes: Some("Barks".into()), email: Some(email.into()), ..details.clone() };
    salon.store.save_client(&salon.owner, ana, with("ana@example;com")).expect("something else may be changed");
    let refused = salon.store.save_client(&salon.owner, ana, with("ana@example,com")).unwrap_err().refusal();
    assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::Invalid, Some("email")));
    assert_eq!(told().len(), 3);
    salon.store.save_client(&salon.owner, ana, with("ana@example.com")).unwrap();
    assert_eq!(told(), [pair("Bo Diddley", "none"), pair("Ida Rhodes", "none")]);
}

#[test]
fn files_of_other_machines_are_read() {
    let salon = salon();
    let windows = b"Nombre,Apellidos,Tel\xe9fono\nBego\xf1a,Ib\xe1\xf1ez,612345678\n";
    assert_eq!(salon.preview(windows).plan.encoding, "windows-1252");
    salon.import(windows);
    assert_eq!(salon.texts("SELECT first_name FROM clients WHERE last_name = 'Ibáñez'"), ["Begoña"]);
    let wide: Vec<u8> = "\u{feff}Name\tPhone\nZoë Strauß\t+4930999999\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let preview = salon.preview(&wide);
    assert_eq!((preview.plan.encoding.as_str(), preview.plan.delimiter.as_str()), ("utf-16le", "\t"));
    assert_eq!(salon.import(&wide).clients, 1);
}

#[test]
fn a_preview_tells_what_will_happen_and_changes_nothing() {
    let salon = salon();
    let csv = b"Name,Phone,Pet,Date of birth\nGrace Hopper,+4930123456,Rex,03/04/2020\nGrace Hopper,+4930123456,Nova,03/04/2020\nNew One,+4930555555,Bo,05/06/2020\n";
    let preview = salon.preview(csv);
    assert_eq!((preview.rows, preview.new_clients, preview.new_pets, preview.duplicates), (3, 1, 2, 1));
    assert_eq!(preview.duplicate_sample[0].existing_name, "Grace Hopper");
    assert_eq!((preview.ambiguous_dates, preview.plan.date_order), (3, DateOrder::MonthDayYear));
    assert_eq!(preview.plan.columns, [ImportField::FullName, ImportField::Phone, ImportField::PetName, ImportField::BornOn]);
    assert_eq!(salon.count("SELECT count(*) FROM clients"), 1);
}

#[test]
fn a_client_who_is_here_is_filled_in_left_out_or_made_again_as_told() {
    let run = |on_duplicate| {
        let salon = salon();
        let csv = b"Name,Phone,Address,Pet\nGrace Hopper,+4930123456,1 Harbour View,Nova\n";
        let mut plan = salon.preview(csv).plan;
        plan.on_duplicate = on_duplicate;
        let report = salon.store.run_import(&salon.owner, &plan, &BadRowWords::default(), &|_| {}, &AtomicBool::new(false)).unwrap();
        (report.clients, report.pets, report.updated, report.skipped, salon.count("SELECT count(*) FROM clients WHERE address IS NOT NULL"))
    };
    assert_eq!(run(OnDuplicate::FillIn), (0, 1, 1, 0, 1));
    assert_eq!(run(OnDuplicate::Skip), (0, 0, 0, 1, 0));
    assert_eq!(run(OnDuplicate::CreateAnyway), (1, 1, 0, 0, 1));
}

#[test]
fn a_household_that_shares_a_phone_or_an_e_mail_stays_apart_when_it_is_imported_again() {
    let salon = salon();
    let csv = b"First name,Last name,Phone,E-mail,Pet\n\
        Ann,Smith,+4930111111,,Rex\nBo,Smith,+4930111111,,Kit\nIda,Rhodes,,home@example.com,Tom\nJan,Rhodes,,home@example.com,Max\n";
    salon.import(csv);
    let again = b"First name,Last name,Phone,E-mail,Pet\n\
        B\xc3\xb3,Smith,+4930111111,,Luna\nJan,Rhodes,,HOME@example.com,Zoe\nAnn,Jones,+4930111111,,Pip\nCy,Smith,+4930111111,,Joy\n,,+4930111111,,Ada\n";
    let preview = salon.preview(again);
    assert_eq!((preview.duplicates, preview.new_clients), (3, 2), "{:?}", preview.duplicate_sample);
    let report = salon.import(again);
    assert_eq!((report.clients, report.pets), (2, 5));
    assert_eq!(
        salon.owners(),
        [" Ada", "Ann Pip", "Ann Rex", "Bo Kit", "Bo Luna", "Cy Joy", "Ida Tom", "Jan Max", "Jan Zoe"],
        "who married is who she was; a phone of three tells nobody"
    );
    assert_eq!(salon.import(again).clients, 0, "who came in is here");
}

#[test]
fn somebody_without_a_name_is_known_by_the_phone_when_imported_again() {
    let salon = salon();
    let report = salon.import(b"Name,Phone,Pet\n,+4930123456,Nova\nHopper,+4930123456,Luna\n");
    assert_eq!((report.clients, report.pets), (0, 2));
    let report = salon.import(b"Name,Phone,Pet\nVera Hopper,+4930123456,Kit\n");
    assert_eq!(report.clients, 1, "another first name is somebody else of the house");
    assert_eq!(salon.store.needs_attention(&salon.owner).unwrap().duplicates.len(), 1, "and may be the same all the same");
}

#[test]
fn a_number_of_another_program_is_known_when_it_is_imported_again_with_the_name() {
    let salon = salon();
    salon.import(b"Client ID,Name,Phone,Pet\n7,Ann Smith,+4930111111,Rex\n8,Ann Smith,+4930222222,Kit\n9,Bo Birch,,Tom\n");
    let report = salon.import(b"Client ID,Name,Phone,Pet\n8,Ann Smith,+4930333333,Luna\n9,Cy Cedar,,Max\n");
    assert_eq!((report.clients, report.pets), (1, 2), "the second program counts from one, too");
    let owner = "SELECT c.external_id FROM clients c JOIN pets p ON p.client_id = c.id WHERE p.name = 'Luna'";
    assert_eq!(salon.texts(owner), ["8"]);
}

#[test]
fn what_later_rows_of_an_import_say_of_a_client_is_kept() {
    let salon = salon();
    let csv = b"First name;Last name;Phone;E-mail;Address;Notes;Tags;Vet;Gate;Pet\n\
        Ann;Ash;+4930111111;;;Pays cash;VIP;A;;Rex\n\
        Ann;Ash;+4930111111;ann@example.com;1 Main St;Calls early;vip,Cats;B;12;Kit\n\
        Ann;Ash;+4930111111;other@example.com;1 main st;Pays cash;;B;12;Luna\n";
    let report = salon.import(csv);
    assert_eq!((report.clients, report.pets, report.bad_rows), (1, 3, 0));
    let sql = "SELECT email || '|' || address || '|' || notes || '|' || (custom_fields ->> 'Vet') || '|' || (custom_fields ->> 'Gate') FROM clients WHERE last_name = 'Ash'";
    assert_eq!(
        salon.texts(sql),
        ["ann@example.com|1 Main St|Pays cash\n\nCalls early\n\nVet (Kit): B\n\nVet (Luna): B\n\nother@example.com|A|12"]
    );
    assert_eq!(salon.texts("SELECT tag FROM client_tags WHERE deleted_at IS NULL ORDER BY tag"), ["Cats", "VIP"]);
}

#[test]
fn a_row_of_an_import_for_which_the_notes_have_no_room_is_set_aside() {
    let salon = salon();
    let (a, b) = ("a".repeat(6_000), "b".repeat(6_000));
    let csv = format!("Name,Phone,Notes,Pet\nAnn Ash,+4930111111,{a},Rex\nAnn Ash,+4930111111,{b},Kit\n,,,Luna\n");
    let preview = salon.preview(csv.as_bytes());
    assert_eq!((preview.bad_rows, preview.bad_sample[0].line, preview.new_pets), (1, 3, 2));
    let report = salon.import(csv.as_bytes());
    assert_eq!((report.clients, report.pets, report.bad_rows), (1, 2, 1));
    let rejected = std::fs::read_to_string(report.bad_rows_file.unwrap()).unwrap();
    assert!(rejected.contains(&b) && rejected.contains("Notes: too_long"));
}

#[test]
fn a_client_who_is_here_gets_the_tags_and_own_fields_of_an_import() {
    let salon = salon();
    salon.sql("UPDATE clients SET custom_fields = json_object('Vet', 'A')");
    let csv = b"Name,Phone,Tags,Vet,Gate\nGrace Hopper,+4930123456,VIP,B,12\n";
    let report = salon.import(csv);
    assert_eq!((report.clients, report.updated), (0, 1));
    let fields = || salon.texts("SELECT (custom_fields ->> 'Vet') || (custom_fields ->> 'Gate') FROM clients");
    assert_eq!((fields(), salon.texts("SELECT tag FROM client_tags WHERE deleted_at IS NULL")), (vec!["A12".into()], vec!["VIP".into()]));
    assert_eq!(salon.import(csv).updated, 0, "once is enough");

    let many: Vec<String> = (0..50).map(|n| format!("t{n}")).collect();
    let report = salon.import(format!("Name,Phone,Tags\nGrace Hopper,+4930123456,{}\n", many.join(";")).as_bytes());
    assert_eq!((report.updated, report.bad_rows), (0, 1), "fifty-one are too many");
    salon.later(1000);
    salon.store.undo(&salon.owner, salon.import(b"Name,Phone,Tags\nGrace Hopper,+4930123456,Cats\n").undo.unwrap()).unwrap();
    assert_eq!(salon.texts("SELECT tag FROM client_tags WHERE deleted_at IS NULL"), ["VIP"]);
}

#[test]
fn an_import_whose_bad_rows_cannot_be_written_has_come_in_all_the_same() {
    let salon = salon();
    // A name for which there is room only as it is.
    let path = salon.folder.path().join(format!("{}.csv", "c".repeat(250)));
    std::fs::write(&path, b"Name,Pet,DOB\nAnn Ash,Rex,\nBo Birch,Old,about 2015\n").unwrap();
    let plan = salon.store.preview_import(&salon.owner, &path.to_string_lossy(), None).unwrap().plan;
    let report = salon.store.run_import(&salon.owner, &plan, &BadRowWords::default(), &|_| {}, &AtomicBool::new(false)).unwrap();
    assert_eq!((report.clients, report.bad_rows, report.bad_rows_file), (1, 1, None));
    assert!(report.undo.is_some());
    assert_eq!(salon.count("SELECT count(*) FROM clients"), 2);
}

#[test]
fn rows_that_an_import_sets_aside_again_leave_those_that_somebody_is_mending() {
    let salon = salon();
    let file = |bytes: &[u8]| salon.import(bytes).bad_rows_file.unwrap();
    let first = file(b"Name,Pet,DOB\nBo Birch,Old,about 2015\n");
    std::fs::write(&first, "half mended").unwrap();
    let more = [file(b"Name,Pet,DOB\nCy Cedar,Tom,about 2016\n"), file(b"Name,Pet,DOB\nDi Doe,Max,about 2017\n")];
    assert_eq!(std::fs::read_to_string(&first).unwrap(), "half mended");
    for (file, (end, name)) in more.iter().zip([("-not-imported-2.csv", "Cy Cedar"), ("-not-imported-3.csv", "Di Doe")]) {
        assert!(file.ends_with(end) && std::fs::read_to_string(file).unwrap().contains(name), "{file}");
    }
}

#[test]
fn mended_rows_of_an_import_bring_nothing_in_that_was_written_behind_them() {
    let salon = salon();
    let file = salon.import(b"Name,Vet,Pet,DOB\nBo Birch,=A,Old,about 2015\n").bad_rows_file.unwrap();
    let mended = std::fs::read_to_string(file).unwrap().replace("about 2015,2", "2015-01-01,2");
    let report = salon.import(mended.as_bytes());
    assert_eq!((report.clients, report.pets, report.bad_rows), (1, 1, 0), "{mended}");
    assert_eq!(salon.texts("SELECT custom_fields FROM clients WHERE last_name = 'Birch'"), [r#"{"Vet":"=A"}"#]);
}

/// In every language of the screens; what they call the columns is read from their texts.
#[test]
fn what_cannot_be_read_of_an_import_is_written_in_the_words_of_who_reads_it_and_comes_back_without_them() {
    let texts =
        [include_str!("../../../ui/src/lib/i18n/en/later/import.json"), include_str!("../../../ui/src/lib/i18n/es/later/import.json")];
    for texts in texts.map(|texts| serde_json::from_str::<BTreeMap<String, String>>(texts).unwrap()) {
        let salon = salon();
        let [file, line, reason] = ["file_name", "file_line", "file_reason"].map(|name| texts[name].clone());
        let reasons = BTreeMap::from([("bad_date".to_owned(), texts["reason_bad_date"].clone())]);
        let words = BadRowWords { file: format!("../{file}"), line, reason, reasons };
        let plan = salon.preview(b"Name,Vet,Pet,DOB,Weight\nBo Birch,=A,Old,about 2015,\nCy Cedar,,Max,,heavy\n").plan;
        let report = salon.store.run_import(&salon.owner, &plan, &words, &|_| {}, &AtomicBool::new(false)).unwrap();
        let path = report.bad_rows_file.unwrap();
        assert_eq!(Path::new(&path).file_name().unwrap().to_str().unwrap(), format!("clients-{file}.csv"));
        let written = std::fs::read_to_string(&path).unwrap();
        assert!(written.contains(&format!("DOB: {}", words.reasons["bad_date"])), "{written}");
        assert!(written.contains("Weight: bad_weight"), "without a text it is the code: {written}");
        let mended = written.replace("about 2015", "2015-01-01").replace(",heavy,", ",,");
        let report = salon.import(mended.as_bytes());
        assert_eq!((report.clients, report.pets, report.bad_rows), (2, 2, 0), "{mended}");
        assert_eq!(salon.texts("SELECT custom_fields FROM clients WHERE last_name = 'Birch'"), [r#"{"Vet":"=A"}"#]);
    }
}

#[test]
fn columns_of_one_name_are_all_kept_by_an_import() {
    let salon = salon();
    let report = salon.import(b"Name,Phone,Pet name,Pet name,Pet name,Vet,Vet\nAnn Ash,+4930111111,Rex,Kit,Tom,,B\n");
    assert_eq!((report.clients, report.pets), (1, 1));
    let own = r#"{"Pet name 2":"Kit","Pet name 3":"Tom","Vet 2":"B"}"#;
    assert_eq!(salon.texts("SELECT custom_fields FROM clients WHERE last_name = 'Ash'"), [own]);
}

#[test]
fn a_pet_that_several_rows_of_an_import_name_comes_in_once_and_two_that_differ_as_two() {
    let salon = salon();
    let csv = b"Name,Phone,Pet,Breed,Microchip,Visit\n\
        Ann Ash,+4930111111,Rex,,276000000000001,2024-01-05\n\
        Ann Ash,+4930111111,rex,Beagle,,2024-06-01\n\
        Ann Ash,+4930111111,Rex,,276000000000002,2025-06-01\n\
        Bo Birch,+4930222222,Rex,,,2025-06-01\n";
    assert_eq!(salon.preview(csv).new_pets, 3);
    assert_eq!(salon.import(csv).pets, 3);
    assert_eq!(salon.owners(), ["Ann Rex", "Ann Rex", "Bo Rex"]);
    let told = "SELECT coalesce(breed, '-') || ' ' || microchip FROM pets WHERE microchip IS NOT NULL ORDER BY microchip";
    assert_eq!(salon.texts(told), ["Beagle 276000000000001", "- 276000000000002"]);
}

#[test]
fn a_pet_that_an_import_names_is_made_where_its_namesake_here_is_another() {
    for (here, row, why) in [
        ("deceased_on = '2020-05-01'", "Rex,Dog,,2022-01-01,", "that one died"),
        ("deceased_on = '2020-05-01', born_on = '2010-01-01'", "Rex,Dog,,,", "the name went on to the next"),
        ("species = 'dog'", "Rex,Cat,,,", "a cat"),
        ("breed = 'Beagle'", "Rex,Dog,Poodle,,", "another breed"),
        ("born_on = '2019-01-01'", "Rex,Dog,,2022-01-01,", "another birthday"),
        ("microchip = '276000000000001', born_on = '2022-01-01'", "Rex,Dog,,2022-01-01,276000000000002", "another chip"),
    ] {
        let salon = salon();
        salon.sql(&format!("UPDATE pets SET {here}"));
        let csv = format!("Name,Phone,Pet,Species,Breed,DOB,Microchip\nGrace Hopper,+4930123456,{row}\n");
        let preview = salon.preview(csv.as_bytes());
        assert_eq!((preview.new_clients, preview.new_pets), (0, 1), "{why}");
        assert_eq!(salon.import(csv.as_bytes()).pets, 1, "{why}");
        assert_eq!(salon.import(csv.as_bytes()).pets, 0, "once is enough: {why}");
    }
}

/// What changes over the years makes no other animal; a chip or a birthday tells that it is the same.
#[test]
fn an_import_fills_what_is_empty_of_a_pet_that_is_here() {
    let salon = salon();
    salon.sql("UPDATE pets SET allergies = 'Fish', is_neutered = 0, weight_grams = 8000");
    let row = |rest: &str| {
        format!("Name,Phone,Pet,Species,Breed,DOB,Microchip,Allergies,Alerts,Weight,Neutered\nGrace Hopper,+4930123456,{rest}\n")
    };
    let csv = row("REX,Dog,Beagle,2019-05-01,276000000000001,Chicken,Bites,9 kg,yes");
    assert_eq!(salon.preview(csv.as_bytes()).new_pets, 0);
    let report = salon.import(csv.as_bytes());
    assert_eq!((report.pets, report.updated, report.bad_rows), (0, 1, 0));
    let all = "SELECT concat_ws(' ', name, species, breed, born_on, microchip, allergies, alerts, weight_grams, is_neutered) FROM pets";
    assert_eq!(salon.texts(all), ["Rex dog Beagle 2019-05-01 276000000000001 Fish Bites 8000 0"], "what is there stays");
    assert_eq!(salon.import(csv.as_bytes()).updated, 0, "once is enough");
    for same in ["Rex,Dog,Harrier,,276000000000001,,,,", "Rex,Dog,Harrier,2019-05-01,,,,,"] {
        assert_eq!(salon.import(row(same).as_bytes()).pets, 0, "{same}");
    }
    salon.later(1000);
    salon.store.undo(&salon.owner, report.undo.unwrap()).unwrap();
    assert_eq!(salon.texts(all), ["Rex dog Fish 8000 0"]);
}

#[test]
fn a_death_that_an_import_tells_of_ends_what_was_planned_where_the_pet_is_surely_the_same() {
    let salon = salon();
    salon.sql("UPDATE pets SET born_on = '2010-05-01'");
    let id = salon.book(at("2026-06-01", "10:00"));
    let row = |rest: &str| format!("Name,Phone,Pet,DOB,Deceased\nGrace Hopper,+4930123456,{rest}\n");
    let died = row("Rex,2010-05-01,2026-05-01");
    assert_eq!((salon.import(died.as_bytes()).pets, salon.status(id).as_str()), (0, "cancelled"));
    assert_eq!(salon.import(row("Rex,2010-05-01,").as_bytes()).pets, 0, "an older list does not bring it to life");
    assert_eq!(salon.texts("SELECT deceased_on FROM pets"), ["2026-05-01"]);
}

#[test]
fn two_namesakes_of_an_import_are_not_both_the_one_that_is_here() {
    let salon = salon();
    let csv = b"Name,Phone,Pet,Microchip\nGrace Hopper,+4930123456,Rex,276000000000001\nGrace Hopper,+4930123456,Rex,276000000000002\n";
    assert_eq!(salon.preview(csv).new_pets, 1);
    assert_eq!(salon.import(csv).pets, 1);
    assert_eq!(salon.texts("SELECT microchip FROM pets ORDER BY microchip"), ["276000000000001", "276000000000002"]);
    assert_eq!(salon.import(csv).pets, 0);
}

#[test]
fn what_an_import_says_of_neutering_is_understood_or_told_of() {
    let salon = salon();
    let report = salon.import(
        "Name,Pet,Neutered\nA A,Ada,castrated\nB B,Bob,Desexed\nC C,Cy,spayed 2019\nD D,Di,castrado/esterilizada\nE E,Eva,not neutered\nF F,Flo,unknown\nG G,Gus,ask the vet\n"
            .as_bytes(),
    );
    assert_eq!((report.pets, report.bad_rows), (6, 1));
    let told = "SELECT name || ' ' || coalesce(is_neutered, '-') FROM pets WHERE name <> 'Rex' ORDER BY name";
    assert_eq!(salon.texts(told), ["Ada 1", "Bob 1", "Cy 1", "Di 1", "Eva 0", "Flo -"]);
    let rejected = std::fs::read_to_string(report.bad_rows_file.unwrap()).unwrap();
    assert!(rejected.contains("Neutered: bad_neutered") && rejected.contains("Gus"), "{rejected}");
}

#[test]
fn a_no_in_a_list_of_another_program_is_kept_or_told_of() {
    let salon = salon();
    let csv = b"Name,Phone,Email,Email opt out,Do not text\n\
        Ann Ash,+4930111111,ann@example.com,yes,\nBo Birch,+4930222222,bo@example.com,no,12/04/2020\nCy Cedar,+4930333333,cy@example.com,perhaps,\n\
        Grace Hopper,+4930123456,,Unsubscribed,yes\nAnn Ash,+4930111111,,,yes\n";
    let report = salon.import(csv);
    assert_eq!((report.clients, report.updated, report.bad_rows), (2, 1, 1));
    let told = "SELECT first_name || ' ' || email_status || ' ' || coalesce(date(sms_opted_out_at / 1000, 'unixepoch'), '-') FROM clients ORDER BY 1";
    assert_eq!(salon.texts(told), ["Ann unsubscribed 2026-05-29", "Bo subscribed 2020-12-04", "Grace unsubscribed 2026-05-29"]);
    let rejected = std::fs::read_to_string(report.bad_rows_file.unwrap()).unwrap();
    assert!(rejected.contains("Email opt out: bad_no") && rejected.contains("perhaps"), "{rejected}");
    salon.later(1000);
    salon.store.undo(&salon.owner, report.undo.unwrap()).unwrap();
    assert_eq!(salon.texts(told).iter().filter(|one| one.starts_with("Grace")).collect::<Vec<_>>(), ["Grace subscribed -"]);
}

#[test]
fn an_import_that_is_stopped_leaves_nothing() {
    let salon = salon();
    let mut csv = String::from("Name,Phone\n");
    for n in 0..5000 {
        csv.push_str(&format!("Client {n},+1415{:07}\n", 2_000_000 + n));
    }
    let plan = salon.preview(csv.as_bytes()).plan;
    let cancel = AtomicBool::new(false);
    let stop = |progress: petrel_domain::desk::Progress| {
        if progress.done >= 2000 {
            cancel.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let refusal = Refusal::from(salon.store.run_import(&salon.owner, &plan, &BadRowWords::default(), &stop, &cancel).unwrap_err());
    assert_eq!(refusal.code, RefusalCode::Cancelled);
    assert_eq!(salon.count("SELECT count(*) FROM clients"), 1);
    assert_eq!(salon.count("SELECT count(*) FROM outbox WHERE action = 'import_clients'"), 0);
}

#[test]
fn what_is_taken_out_comes_in_again_and_runs_no_formula() {
    let salon = salon();
    salon.import(b"Name,Phone,Notes,Pet,Species,Breed,Weight,Tags\nAda Byron,+4930777777,=cmd|x,Rex,Dog,Beagle,9 kg,VIP\n");
    let folder = salon.folder.path().join("out");
    let report = salon.store.export_all(&salon.owner, &folder, ExportFormat::Csv, &|_| {}, &AtomicBool::new(false)).unwrap();
    assert!(report.rows >= 5 && report.tables > 30);
    let text = std::fs::read_to_string(folder.join("clients.csv")).unwrap();
    assert!(text.contains("'=cmd|x") && text.contains("+4930777777") && text.starts_with('\u{feff}'));
    assert!(!std::fs::read_to_string(folder.join("staff.csv")).unwrap().contains("pin_hash"));

    let other = crate::common::salon();
    let list = std::fs::read(folder.join("clients-and-pets.csv")).unwrap();
    let report = other.import(&list);
    assert_eq!((report.clients, report.pets, report.updated, report.bad_rows), (1, 1, 0, 0), "Grace is there already, Ada comes");
    let sql = "SELECT p.breed || p.weight_grams || p.species || t.tag FROM clients c JOIN pets p ON p.client_id = c.id JOIN client_tags t ON t.client_id = c.id WHERE c.last_name = 'Byron'";
    assert_eq!(other.texts(sql), ["Beagle9000dogVIP"]);
    assert_eq!(other.texts("SELECT notes FROM clients WHERE last_name = 'Byron'"), ["=cmd|x"], "as it was typed");

    let file = salon.folder.path().join("all.json");
    salon.store.export_all(&salon.owner, &file, ExportFormat::Json, &|_| {}, &AtomicBool::new(false)).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(json["clients"].as_array().unwrap().len(), 2);
    // The system asked whether an earlier export may be replaced. What is none stays, whatever was answered.
    let export = |path: &Path, format| salon.store.export_all(&salon.owner, path, format, &|_| {}, &AtomicBool::new(false));
    std::fs::write(&file, "of last year").unwrap();
    export(&file, ExportFormat::Json).unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&std::fs::read(&file).unwrap()).unwrap(), json);
    let letter = salon.folder.path().join("letter.txt");
    std::fs::write(&letter, "Dear Ada").unwrap();
    for (path, format) in [(&letter, ExportFormat::Json), (&file, ExportFormat::Csv), (&folder, ExportFormat::Csv)] {
        assert_eq!(Refusal::from(export(path, format).unwrap_err()).code, RefusalCode::Duplicate, "{}", path.display());
    }
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear Ada");
}

/// Who said no is asked no more, also by the next clinic; and what a clinic keeps of its own is kept there, too.
#[test]
fn what_is_taken_out_comes_in_again_with_every_no_and_every_own_field() {
    let salon = salon();
    salon.import(
        b"Name,Phone,Mobile,Email,City of birth,Gate,Pet\nAda Byron,+4930777777,+4930777778,ada@example.com,Rome,12,Rex\nAda Byron,+4930777777,,,,,Kit\nBo Birch,+4930222222,,bo@example.com,,,\n",
    );
    let tags = [r#"Cash, no card"#, r#"6"; big"#, r#""Quoted""#, "VIP"];
    let ada = salon.store.search(&salon.owner, "ada byron", 1).unwrap()[0].client.id;
    let details = salon.store.client(&salon.owner, ada).unwrap().details;
    let own = [("City", "Bern"), ("Name", "Lady"), ("=x", "1"), ("line", "7"), ("reason", "none")];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let custom_fields = details.custom_fields.clone().into_iter().chain(own).collect();
    let details = ClientDetails { tags: tags.map(str::to_owned).to_vec(), custom_fields, ..details };
    salon.store.save_client(&salon.owner, ada, details.clone()).unwrap();
    salon.sql("UPDATE clients SET email_status = 'complained', sms_opted_out_at = 1600000000123 WHERE last_name = 'Byron'");
    salon.sql("UPDATE clients SET email_status = 'bounced' WHERE last_name = 'Birch'");
    let folder = salon.folder.path().join("out");
    salon.store.export_all(&salon.owner, &folder, ExportFormat::Csv, &|_| {}, &AtomicBool::new(false)).unwrap();

    let other = crate::common::salon();
    let report = other.import(&std::fs::read(folder.join("clients-and-pets.csv")).unwrap());
    assert_eq!((report.clients, report.pets, report.bad_rows), (2, 2, 0));
    let ada = other.store.search(&other.owner, "ada byron", 1).unwrap()[0].client.id;
    let again = other.store.client(&other.owner, ada).unwrap();
    assert_eq!((again.details.custom_fields, again.details.address), (details.custom_fields, None));
    assert_eq!(again.details.tags.into_iter().collect::<std::collections::BTreeSet<_>>(), details.tags.into_iter().collect());
    assert_eq!((again.email_status.as_str(), again.sms_opted_out_at.map(|at| at.0)), ("complained", Some(1_600_000_000_123)));
    assert_eq!(other.texts("SELECT email_status FROM clients WHERE last_name = 'Birch'"), ["bounced"]);
}

#[test]
fn a_file_that_is_none_says_so() {
    let salon = salon();
    let refused = |bytes: &[u8]| salon.store.preview_import(&salon.owner, &salon.file(bytes), None).unwrap_err().refusal().code;
    assert_eq!(refused(b""), RefusalCode::FileUnreadable);
    let missing = salon.store.preview_import(&salon.owner, "/nowhere/clients.csv", None).unwrap_err().refusal();
    assert_eq!((missing.code, missing.field.as_deref()), (RefusalCode::FileUnreadable, Some("path")));
}

/// As an old program writes a whole practice: Windows-1252, semicolons, CR LF, families over several rows, quoted newlines, some rows that cannot be
/// read.
#[test]
fn a_hundred_thousand_rows_come_in_and_go_again_as_one() {
    const ROWS: usize = 100_000;
    let salon = salon();
    let mut csv = b"First Name;Last Name;Phone;E-mail;Notes;Pet;Species;DOB\r\n".to_vec();
    for row in 0..ROWS {
        // Two rows of three begin a family.
        let family = row - usize::from(row % 3 == 2);
        let born = if row % 10_000 == 9_999 { "about 2015".to_owned() } else { format!("{}.0{}.2019", 13 + row % 15, 1 + row % 9) };
        let line = format!(
            "Zo#{family};Mu~oz;+49 30 {family:06};z{family}@example.com;\"likes;\r\ncalls \"\"early\"\"\";Pet {row};Dog;{born}\r\n"
        );
        csv.extend(line.bytes().map(|byte| match byte {
            b'#' => 0xeb,
            b'~' => 0xf1,
            byte => byte,
        }));
    }
    let preview = salon.preview(&csv);
    assert_eq!((preview.plan.encoding.as_str(), preview.plan.delimiter.as_str()), ("windows-1252", ";"));
    let report = salon.import(&csv);
    let bad = ROWS / 10_000;
    assert_eq!((report.pets as usize, report.bad_rows as usize), (ROWS - bad, bad));
    let clients = salon.count("SELECT count(*) FROM clients");
    assert_eq!(clients, i64::from(report.clients) + 1, "and the one who was there");
    assert_eq!(salon.count("SELECT count(*) FROM search_docs"), clients);
    assert_eq!(salon.texts("SELECT notes FROM clients WHERE email = 'z0@example.com'"), ["likes;\ncalls \"early\""]);
    let found = salon.store.search(&salon.owner, "munoz pet 77777", 5).unwrap();
    assert_eq!(found.first().map(|found| found.client.name.as_str()), Some("Zoë77776 Muñoz"));
    salon.store.undo(&salon.owner, report.undo.unwrap()).unwrap();
    assert_eq!(salon.count("SELECT count(*) FROM clients WHERE deleted_at IS NULL"), 1);
    assert_eq!(salon.count("SELECT count(*) FROM search_docs"), 1);
}

/// For whoever keeps the books: by names, in the clinic's zone, in its currency.
#[test]
fn visits_are_taken_out_as_people_read_them() {
    let salon = salon();
    let visit = salon.book(at("2026-06-01", "10:00"));
    salon.sql(
        "UPDATE appointments SET final_cost_cents = 4505, payment_currency = 'EUR', payment_status = 'paid', updated_at = updated_at + 1",
    );
    let folder = salon.folder.path().join("out");
    let taken = |path: &Path| salon.store.export_all(&salon.owner, path, ExportFormat::Csv, &|_| {}, &AtomicBool::new(false));
    taken(&folder).unwrap();
    let list = std::fs::read_to_string(folder.join("visits.csv")).unwrap();
    let card = salon.store.appointment(&salon.owner, visit).unwrap().card;
    let line = list.lines().nth(1).unwrap();
    assert!(line.starts_with(&format!("2026-06-01,10:00,2026-06-01,10:30,{},", card.client_name)), "{line}");
    assert!(line.contains(",Rex,") && line.ends_with(",confirmed,45.05,EUR,paid"), "{line}");

    let nowhere = salon.folder.path().join("pulled out").join("list");
    let refusal =
        Refusal::from(salon.store.export_all(&salon.owner, &nowhere, ExportFormat::Json, &|_| {}, &AtomicBool::new(false)).unwrap_err());
    assert_eq!(
        (refusal.code, refusal.field.as_deref()),
        (RefusalCode::ReadOnly, Some("path")),
        "it is not the clinic's file that cannot be written"
    );
    assert!(refusal.detail.unwrap().ends_with("list"));
}
