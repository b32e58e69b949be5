//! What an import makes of lists as other programs write them: which rows are of one client, who of them is here, and what each cell says.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up what it needs must fail")]

mod common;

use common::salon;

#[test]
fn a_word_for_no_species_in_an_import_is_no_breed() {
    let salon = salon();
    salon.import(b"Name,Pet,Species\nAnn Ash,Ada,Other\nBo Birch,Bob,unknown\nCy Cedar,Cy,Alpaca\n");
    let told = "SELECT name || ' ' || species || ' ' || coalesce(breed, '-') FROM pets WHERE name <> 'Rex' ORDER BY name";
    assert_eq!(salon.texts(told), ["Ada other -", "Bob other -", "Cy other Alpaca"]);
}
