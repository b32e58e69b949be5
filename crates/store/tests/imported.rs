//! What an import makes of lists as other programs write them: which rows are of one client, who of them is here, and what each cell says.

use crate::common::salon;
use petrel_domain::desk::{ClientDetails, DateOrder, DuplicateReason, ImportField, ImportPlan, OnDuplicate};

#[test]
fn a_word_for_no_species_in_an_import_is_no_breed() {
    let salon = salon();
    salon.import(b"Name,Pet,Species\nAnn Ash,Ada,Other\nBo Birch,Bob,unknown\nCy Cedar,Cy,Alpaca\n");
    let told = "SELECT name || ' ' || species || ' ' || coalesce(breed, '-') FROM pets WHERE name <> 'Rex' ORDER BY name";
    assert_eq!(salon.texts(told), ["Ada other -", "Bob other -", "Cy other Alpaca"]);
}

#[test]
fn an_import_with_another_delimiter_or_encoding_has_its_columns_guessed_anew() {
    let salon = salon();
    let csv = "First name;Last name;Phone;DOB\nJos\u{e9};N\u{fa}\u{f1}ez;+4930111111;31/03/2020\n".as_bytes();
    let path = salon.file(csv);
    let ask = |plan: ImportPlan| salon.store.preview_import(&salon.owner, &path, Some(plan)).unwrap().plan;
    let guessed = salon.preview(csv).plan;
    let columns = [ImportField::FirstName, ImportField::LastName, ImportField::Phone, ImportField::BornOn];
    assert_eq!((guessed.columns.as_slice(), guessed.date_order), (columns.as_slice(), DateOrder::DayMonthYear));

    let one = ask(ImportPlan { delimiter: ",".into(), columns: Vec::new(), on_duplicate: OnDuplicate::Skip, ..guessed.clone() });
    assert_eq!(
        (one.columns.as_slice(), one.on_duplicate, one.delimiter.as_str()),
        ([ImportField::Custom].as_slice(), OnDuplicate::Skip, ",")
    );
    let back = ask(ImportPlan { delimiter: ";".into(), columns: Vec::new(), ..one });
    assert_eq!(back, ImportPlan { on_duplicate: OnDuplicate::Skip, ..guessed.clone() });
    let other = ask(ImportPlan { encoding: "windows-1252".into(), columns: Vec::new(), ..back });
    assert_eq!((other.encoding.as_str(), other.columns.as_slice()), ("windows-1252", columns.as_slice()));
    let two = ImportPlan { columns: columns[..2].to_vec(), ..guessed };
    assert!(salon.store.preview_import(&salon.owner, &path, Some(two)).is_err(), "columns that do not fit are refused");
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

#[test]
fn two_without_a_name_whose_pets_are_called_the_same_are_two_for_an_import() {
    let salon = salon();
    salon.import(b"Name,Phone,Email,Pet\n,+4930111111,,Luna\n");
    let report = salon.import(b"Name,Phone,Email,Pet\n,,bo@example.com,Luna\n");
    assert_eq!((report.clients, report.updated), (1, 0));
}

#[test]
fn a_namesake_with_a_pet_called_the_same_is_another_where_an_import_tells_of_another_phone_and_e_mail() {
    let salon = salon();
    salon.import(b"Name,Phone,Email,Pet\nAnn Ash,+4930111111,ann@example.com,Luna\n");
    for (row, clients) in [
        ("Ann Ash,,,Luna", 0),
        ("Ann Ash,ask Bo,none,Luna", 0),
        ("Ann Ash,+4930222222,ann@example.com,Luna", 0),
        ("Ann Ash,+4930222222,ash@example.com,Luna", 1),
        ("Ann Ash,+4930222222,ash@example.com,Luna", 0),
        ("Ann Ash,+4930333333,,Luna", 1),
    ] {
        assert_eq!(salon.import(format!("Name,Phone,Email,Pet\n{row}\n").as_bytes()).clients, clients, "{row}");
    }
    let told = salon.store.needs_attention(&salon.owner).unwrap().duplicates;
    assert_eq!(told.iter().map(|pair| pair.reason).collect::<Vec<_>>(), [DuplicateReason::NameAndPet; 3]);
}

#[test]
fn a_pet_with_the_number_of_a_client_is_of_that_client_wherever_it_stands_in_an_import() {
    let salon = salon();
    let csv = b"Client ID;Name;Phone;Pet;DOB\n\
        7;Ann Ash;+4930111111;Rex;\n\
        8;Bo Birch;+4930222222;Kit;\n\
        7;;;Luna;\n\
        ;;;Milo;\n\
        9;;;Pip;\n\
        ;;;Fay;\n\
        10;;;Zoe;\n\
        10;Cy Cedar;+4930333333;Tom;\n\
        11;Di Doe;+4930444444;Old;about 2015\n\
        8;;;Sue;\n\
        10;;;Max;about 2016\n\
        ;;;Bob;\n";
    let report = salon.import(csv);
    assert_eq!(salon.owners(), ["Ann Luna", "Ann Milo", "Ann Rex", "Bo Kit", "Bo Sue", "Cy Tom", "Cy Zoe"]);
    assert_eq!((report.clients, report.pets, report.bad_rows), (3, 7, 5));
    let rejected = std::fs::read_to_string(report.bad_rows_file.unwrap()).unwrap();
    for name in ["Pip", "Fay", "Old", "Max", "Bob"] {
        assert!(rejected.contains(name), "{name} is written back: {rejected}");
    }
    assert_eq!(rejected.matches("missing_name").count(), 3, "{rejected}");
}

#[test]
fn what_a_row_of_an_import_without_a_name_says_is_kept_of_the_client_above() {
    let salon = salon();
    let csv = b"First name;Phone;Other phone;Address;Notes;Tags;Vet;Pet\n\
        Ann;+4930111111;;;Pays cash;VIP;A;Rex\n\
        ;;+4930999999;1 Main St;Calls early;Cats;B;Kit\n";
    let report = salon.import(csv);
    assert_eq!((report.clients, report.pets, report.bad_rows), (1, 2, 0));
    let told =
        "SELECT concat_ws('|', address, notes, custom_fields ->> 'Other phone', custom_fields ->> 'Vet') FROM clients WHERE source = 'csv'";
    assert_eq!(salon.texts(told), ["1 Main St|Pays cash\n\nCalls early\n\nVet (Kit): B|+4930999999|A"]);
    assert_eq!(salon.texts("SELECT tag FROM client_tags WHERE deleted_at IS NULL ORDER BY tag"), ["Cats", "VIP"]);
}

#[test]
fn namesakes_of_an_import_who_share_a_word_for_nothing_are_two() {
    let salon = salon();
    let report = salon.import(b"Name,Phone,Email,Address,Pet\nAnn Ash,-,none,n/a,Rex\nAnn Ash,-,none,n/a,Kit\n");
    assert_eq!((report.clients, report.pets), (2, 2));
}

#[test]
fn a_list_of_patients_with_their_numbers_makes_no_client_for_each_of_them() {
    let salon = salon();
    let csv = b"ID;Name;Phone;Pet\n\
        101;Ada Byron;+4930111111;Rex\n\
        102;Ada Byron;+4930111111;Luna\n\
        102;Ada Byron;+4930111111;luna\n\
        103;Bo Birch;+4930222222;Kit\n\
        104;;;Tom\n";
    let report = salon.import(csv);
    assert_eq!((report.clients, report.pets, report.bad_rows), (2, 4, 0));
    assert_eq!(salon.owners(), ["Ada Luna", "Ada Rex", "Bo Kit", "Bo Tom"]);
    let told = "SELECT external_id || '|' || notes FROM clients WHERE source = 'csv' ORDER BY external_id";
    assert_eq!(salon.texts(told), ["101|ID: 102 (Luna)", "103|ID: 104 (Tom)"]);
    assert_eq!(salon.import(csv).clients, 0, "who came in is here");
}

/// Father and son of one name, with one phone at home: who counts clients says that they are two.
#[test]
fn two_numbers_of_clients_are_two_clients_of_an_import_whatever_else_they_share() {
    let (ann, bo) = ("Ann Ash;+4930111111", "Bo Birch;+4930222222");
    for (csv, why) in [
        (format!("Client ID;Name;Phone;Pet\n7;{ann};Rex\n8;{ann};Kit\n;{ann};Tom\n"), "the header says so"),
        (format!("ID;Name;Phone;Pet\n7;{ann};Rex\n8;{ann};Kit\n7;{ann};Tom\n"), "one stands beside two pets"),
        (format!("ID;Name;Phone;Pet\n7;{ann};Rex\n8;{ann};Kit\n;{ann};Tom\n9;{bo};\n"), "one stands beside none"),
    ] {
        let salon = salon();
        salon.import(csv.as_bytes());
        let told =
            "SELECT c.external_id || ' ' || p.name FROM clients c JOIN pets p ON p.client_id = c.id WHERE c.first_name = 'Ann' ORDER BY 1";
        assert_eq!(salon.texts(told), ["7 Rex", "7 Tom", "8 Kit"], "{why}");
        assert_eq!(salon.store.needs_attention(&salon.owner).unwrap().duplicates.len(), 1, "a person may say otherwise: {why}");
        assert_eq!(salon.import(csv.as_bytes()).clients, 0, "who came in is here: {why}");
    }
}

/// Other programs take out clients and animals each by themselves.
#[test]
fn a_list_of_patients_finds_the_clients_that_came_before_it() {
    let salon = salon();
    salon.import(b"Client ID,Name,Phone\n7,Ann Ash,+4930111111\n8,Bo Birch,\n9,Bo Birch,\n");
    let preview = salon.preview(b"Client ID,Pet,Species\n7,Milo,Dog\n7,Kit,Cat\n99,Ghost,Dog\n");
    assert_eq!((preview.new_clients, preview.new_pets, preview.duplicates, preview.bad_rows), (0, 2, 1, 1));
    let first = &preview.duplicate_sample[0];
    assert_eq!((first.existing_name.as_str(), first.reason), ("Ann Ash", DuplicateReason::Number));
    salon.import(b"Client ID,Pet,Species\n7,Milo,Dog\n7,Kit,Cat\n99,Ghost,Dog\n");
    let pets =
        "SELECT c.first_name || ': ' || p.name FROM pets p JOIN clients c ON c.id = p.client_id WHERE p.name <> 'Rex' ORDER BY p.name";
    assert_eq!(salon.texts(pets), ["Ann: Kit", "Ann: Milo"]);

    // Who is the only one called so, where nothing else is told; not where two are.
    let preview = salon.preview(b"Name,Species,Owner\nZoe,Dog,Ann Ash\nYin,Cat,Bo Birch\n");
    assert_eq!((preview.new_clients, preview.duplicates), (1, 1));
    assert_eq!(
        (preview.duplicate_sample[0].existing_name.as_str(), preview.duplicate_sample[0].reason),
        ("Ann Ash", DuplicateReason::Name)
    );
    let preview = salon.preview(b"Name,Phone\nAnn Ash,+4930999999\n");
    assert_eq!(preview.new_clients, 1, "who can be reached elsewhere may be another");
}

#[test]
fn the_number_of_a_client_who_is_here_is_kept_for_the_next_file() {
    let salon = salon();
    salon.add_client("Ann", "Ash", "+4930111111");
    salon.import(b"Client ID,Name,Phone\n7,Ann Ash,+4930111111\n");
    assert_eq!(salon.preview(b"Client ID,Pet\n7,Milo\n").new_pets, 1);
}

#[test]
fn cells_that_were_filled_because_they_had_to_be_set_nobody_aside() {
    let salon = salon();
    let csv = b"Name,Phone,Pet,Weight,DOB,Sex,Deceased\n\
        Ann Ash,+4930111111,Milo,0.00,00/00/0000,N/A,no\n\
        Bo Birch,+4930222222,Kit,N/A,-,Male Intact,Yes\n\
        Cy Cedar,+4930333333,Zoe,4 kg,5-Jan-19,F,5 Jan 2026\n";
    let preview = salon.preview(csv);
    assert_eq!((preview.bad_rows, preview.undated_deaths, preview.nameless_pets), (0, 1, 0));
    salon.import(csv);
    let told = "SELECT name || ' ' || coalesce(weight_grams, '-') || ' ' || coalesce(born_on, '-') || ' ' || sex || ' ' || coalesce(deceased_on, '-')
                FROM pets WHERE name <> 'Rex' ORDER BY name";
    let today = salon.texts("SELECT deceased_on FROM pets WHERE name = 'Kit'").remove(0);
    assert_eq!(
        salon.texts(told),
        [format!("Kit - - male {today}"), "Milo - - unknown -".into(), "Zoe 4000 2019-01-05 female 2026-01-05".into()]
    );
}

#[test]
fn what_is_told_of_a_pet_without_its_name_is_counted() {
    let salon = salon();
    assert_eq!(
        salon.preview(b"Client,Phone,Pet,Species,Allergies\nAnn Ash,+4930111111,,Cat,Nuts\nBo Birch,+4930222222,,,\n").nameless_pets,
        1
    );
}

#[test]
fn a_field_of_the_clinics_own_that_differs_from_pet_to_pet_says_of_which_it_is() {
    let salon = salon();
    salon.import(b"Name,Phone,Pet,Rabies tag\nAnn Ash,+4930111111,Milo,111\nAnn Ash,+4930111111,Kit,222\nAnn Ash,+4930111111,Zoe,111\n");
    let told = "SELECT custom_fields || ' ' || notes FROM clients WHERE first_name = 'Ann'";
    assert_eq!(salon.texts(told), [r#"{"Rabies tag":"111"} Rabies tag (Kit): 222"#]);
}

/// Taken for the day of the import, which is another at every import.
#[test]
fn a_death_on_no_day_is_none_of_a_second_pet_when_the_file_comes_again() {
    let salon = salon();
    let csv = b"Name,Phone,Pet,Species,Patient status,Deceased,Date of death\n\
        Ann Ash,+4930111111,Milo,Dog,Deceased,,\nAnn Ash,+4930111111,Kit,Cat,Inactive,,\n\
        Bo Birch,+4930222222,Zoe,Dog,,Yes,2026-01-05\nBo Birch,+4930222222,Max,Dog,,yes,\n";
    assert_eq!(salon.import(csv).bad_rows, 0);
    let told = "SELECT name || ' ' || coalesce(deceased_on, 'lives') FROM pets WHERE name <> 'Rex' ORDER BY name";
    let first = salon.texts(told);
    let today = salon.texts("SELECT deceased_on FROM pets WHERE name = 'Milo'").remove(0);
    assert_eq!(first, [String::from("Kit lives"), format!("Max {today}"), format!("Milo {today}"), String::from("Zoe 2026-01-05")]);
    assert_eq!(
        salon.texts("SELECT custom_fields ->> 'Patient status' FROM clients WHERE first_name = 'Ann'"),
        ["Deceased"],
        "what else it says is kept"
    );
    salon.later(3 * petrel_domain::DAY);
    let again = salon.import(csv);
    assert_eq!((again.clients, again.pets, salon.texts(told)), (0, 0, first));
}

/// Every program counts from one.
#[test]
fn a_number_that_may_be_the_pets_is_nobodys_who_is_here() {
    let salon = salon();
    salon.add_client("Ann", "Ash", "+4930111111");
    salon.import(b"ID,Name,Phone,Pet\n7,Ann Ash,+4930111111,Milo\n");
    assert_eq!(salon.preview(b"Client ID,Pet\n7,Ghost\n").bad_rows, 1);
}

#[test]
fn of_whom_a_file_says_nothing_but_a_number_no_second_one_is_made() {
    let salon = salon();
    salon.import(b"Client ID,Name,Phone\n7,Ann Ash,+4930111111\n");
    let plan = ImportPlan { on_duplicate: OnDuplicate::CreateAnyway, ..salon.preview(b"Client ID,Pet\n7,Milo\n").plan };
    let preview = salon.store.preview_import(&salon.owner, &plan.path.clone(), Some(plan)).unwrap();
    assert_eq!((preview.new_clients, preview.new_pets), (0, 1));
}
