//! What a column is, by its header. The words are those of the exports of practice and salon programs, address books, accounting and field
//! service programs, in English and Spanish.

use std::collections::HashSet;

use petrel_domain::desk::ImportField::{self, *};
use petrel_domain::text::fold;

use super::rejected::ADDED;

const WORDS: &[(ImportField, &[&str])] = &[
    (
        FullName,
        &[
            "name",
            "full name",
            "client name",
            "customer name",
            "customer",
            "client",
            "owner",
            "owner name",
            "contact name",
            "display name",
            "nombre completo",
            "cliente",
            "propietario",
            "dueno",
            "titular",
        ],
    ),
    (
        FirstName,
        &[
            "first name",
            "given name",
            "firstname",
            "forename",
            "owner first name",
            "client first name",
            "nombre",
            "nombre de pila",
            "nombre cliente",
        ],
    ),
    (
        LastName,
        &[
            "last name",
            "surname",
            "family name",
            "lastname",
            "owner last name",
            "client last name",
            "apellido",
            "apellidos",
            "primer apellido",
        ],
    ),
    (
        Email,
        &[
            "email",
            "e mail",
            "email address",
            "e mail address",
            "e mail 1 value",
            "email 1",
            "primary email",
            "main email",
            "correo",
            "correo electronico",
        ],
    ),
    (
        Phone,
        &[
            "phone",
            "phone number",
            "mobile",
            "mobile phone",
            "mobile number",
            "cell",
            "cell phone",
            "primary phone",
            "main phone",
            "telephone",
            "phone 1",
            "phone 1 value",
            "telefono",
            "movil",
            "telefono movil",
            "tel",
        ],
    ),
    (
        SecondPhone,
        &[
            "phone 2",
            "phone 2 value",
            "home phone",
            "work phone",
            "other phone",
            "alternate phone",
            "secondary phone",
            "telefono 2",
            "otro telefono",
            "telefono fijo",
            "fijo",
        ],
    ),
    (
        Street,
        &[
            "address",
            "street",
            "street address",
            "address 1",
            "address line 1",
            "billing street",
            "billing address",
            "mailing address",
            "direccion",
            "calle",
            "domicilio",
        ],
    ),
    (City, &["city", "town", "billing city", "suburb", "ciudad", "poblacion", "localidad", "municipio"]),
    (Region, &["state", "region", "province", "county", "billing state", "provincia", "estado"]),
    (Postcode, &["zip", "zip code", "postcode", "postal code", "billing zip", "billing zip code", "codigo postal", "cp"]),
    (Country, &["country", "billing country", "pais"]),
    (Notes, &["notes", "note", "comments", "comment", "client notes", "customer notes", "notas", "observaciones", "comentarios"]),
    (Tags, &["tags", "tag", "labels", "groups", "group membership", "etiquetas", "grupo", "grupos"]),
    (
        ExternalId,
        &[
            "id",
            "client id",
            "customer id",
            "client code",
            "client number",
            "contact code",
            "account number",
            "external id",
            "codigo",
            "codigo cliente",
            "numero de cliente",
        ],
    ),
    (
        PetName,
        &[
            "pet",
            "pet name",
            "animal",
            "animal name",
            "patient",
            "patient name",
            "dog name",
            "pets name",
            "mascota",
            "nombre mascota",
            "nombre de la mascota",
            "paciente",
            "nombre del animal",
        ],
    ),
    (Species, &["species", "pet type", "animal type", "type of pet", "pet species", "especie", "tipo de mascota", "tipo"]),
    (Breed, &["breed", "pet breed", "animal breed", "raza"]),
    (Sex, &["sex", "gender", "pet gender", "pet sex", "sexo", "genero"]),
    (
        Neutered,
        &[
            "neutered",
            "spayed",
            "spayed neutered",
            "desexed",
            "fixed",
            "altered",
            "is neutered",
            "castrado",
            "esterilizado",
            "castrado esterilizado",
        ],
    ),
    (
        BornOn,
        &[
            "date of birth",
            "dob",
            "birth date",
            "birthdate",
            "birthday",
            "born",
            "pet birthday",
            "pet dob",
            "fecha de nacimiento",
            "nacimiento",
            "fecha nacimiento",
        ],
    ),
    (Weight, &["weight", "pet weight", "current weight", "weight kg", "weight lb", "weight lbs", "peso", "peso kg"]),
    (Color, &["color", "colour", "coat color", "colour markings", "markings", "capa"]),
    (Microchip, &["microchip", "microchip number", "microchip no", "chip", "chip number", "microchip id", "numero de chip", "n chip"]),
    (Allergies, &["allergies", "allergy", "pet allergies", "alergias"]),
    (
        Alerts,
        &[
            "alert",
            "alerts",
            "warning",
            "warnings",
            "temperament",
            "behavior",
            "behaviour",
            "critical notes",
            "pet notes",
            "alertas",
            "avisos",
            "caracter",
        ],
    ),
    (
        DeceasedOn,
        &[
            "deceased",
            "is deceased",
            "dead",
            "date of death",
            "deceased on",
            "deceased date",
            "death date",
            "dod",
            "fecha de fallecimiento",
            "fallecido",
            "fallecida",
            "fecha de defuncion",
        ],
    ),
    (
        NoEmail,
        &[
            "no email",
            "no e mail",
            "no mail",
            "do not email",
            "do not e mail",
            "email opt out",
            "e mail opt out",
            "email opted out",
            "email status",
            "e mail status",
            "unsubscribed",
            "sin correo",
            "no enviar correo",
            "no enviar correos",
            "baja de correo",
            "estado del correo",
        ],
    ),
    (
        NoSms,
        &[
            "no sms",
            "no sms since",
            "no text",
            "no texts",
            "do not text",
            "do not sms",
            "sms opt out",
            "sms opted out",
            "text opt out",
            "sin sms",
            "sin sms desde",
            "no enviar sms",
            "baja de sms",
        ],
    ),
];

/// What stands before the name of a client's own field in a list that is to come in again: one called "City" is no part of the address.
const OWN: &str = "Own field: ";

/// The header of a client's own field.
pub(crate) fn of_own(name: &str) -> String {
    format!("{OWN}{name}")
}

/// The fields of a file's columns. A field is given once, to the first column that names it; a column nobody knows is kept as the
/// client's own field.
pub(super) fn guess(headers: &[String]) -> Vec<ImportField> {
    let mut taken = Vec::new();
    let mut fields: Vec<ImportField> = headers
        .iter()
        .map(|header| {
            let field =
                known(header).filter(|_| !header.starts_with(OWN)).unwrap_or(if header.trim().is_empty() { Ignore } else { Custom });
            let is_again = taken.contains(&field) && !matches!(field, Custom | Ignore);
            taken.push(field);
            match (field, is_again) {
                (Phone, true) => SecondPhone,
                (_, true) => Custom,
                (_, false) => field,
            }
        })
        .collect();
    name_the_pet(headers, &mut fields);
    date_the_death(headers, &mut fields);
    // "Nombre" beside "Mascota" without "Apellidos" is the whole name; so is "Name" beside nothing.
    if fields.contains(&FirstName) && !fields.contains(&LastName) && !fields.contains(&FullName) {
        fields.iter_mut().filter(|field| **field == FirstName).for_each(|field| *field = FullName);
    }
    // Rows that were mended bring what was written behind them: once for each time that they were set aside.
    let mut rest = headers;
    while let [before @ .., line, reason] = rest
        && ADDED.iter().any(|added| [line, reason] == *added)
    {
        fields[before.len()..rest.len()].fill(Ignore);
        rest = before;
    }
    fields
}

/// Of two columns that tell of a death, the one of its day is that; the other says yes and no, and is read besides ([`says_who_died`]).
fn date_the_death(headers: &[String], fields: &mut [ImportField]) {
    let is_of_day = |header: &String| folded(header).split(' ').any(|word| ["date", "on", "dod", "fecha"].contains(&word));
    let all = || headers.iter().enumerate().filter(|(_, header)| known(header) == Some(DeceasedOn) && !header.starts_with(OWN));
    let (Some((first, _)), Some((of_day, _))) = (all().next(), all().find(|(_, header)| is_of_day(header))) else { return };
    if first != of_day {
        fields[first] = Custom;
        fields[of_day] = DeceasedOn;
    }
}

/// What a column says of who died that is kept as the clinic's own: a yes or no beside the day, or how a patient stands, in words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Deaths {
    Answer,
    Word,
}

/// Whether a column besides that of the day says who died.
pub(super) fn says_who_died(header: &str) -> Option<Deaths> {
    const STATUS: [&str; 7] =
        ["status", "pet status", "patient status", "animal status", "estado", "estado del paciente", "estado de la mascota"];
    match () {
        () if header.starts_with(OWN) => None,
        () if known(header) == Some(DeceasedOn) => Some(Deaths::Answer),
        () => STATUS.contains(&folded(header).as_str()).then_some(Deaths::Word),
    }
}

/// In a list of patients ("Name, Species, Breed, Owner, Phone") the name is the pet's, and the owner's stands under another header.
fn name_the_pet(headers: &[String], fields: &mut [ImportField]) {
    let is_of_pets = fields.iter().any(|field| matches!(field, Species | Breed)) && !fields.contains(&PetName);
    let place = |words: &[&str]| headers.iter().position(|header| words.contains(&folded(header).as_str()));
    let Some(name) = place(&["name", "nombre"]).filter(|_| is_of_pets) else { return };
    let owner =
        place(&["owner", "owner name", "client", "client name", "customer", "customer name", "cliente", "propietario", "dueno", "titular"]);
    // A last name alone says that the other is the first of a person.
    let is_named_in_parts = fields.iter().enumerate().any(|(column, field)| column != name && *field == FirstName);
    if owner.is_none() && !is_named_in_parts {
        return;
    }
    fields[name] = PetName;
    if let Some(owner) = owner {
        fields[owner] = FullName;
    }
}

/// What a client's own fields are called, by column: as the header says, with the next free number behind it where a column before it is called so, too.
/// By column and not by row, so that a cell that is empty moves no other one's value.
pub(super) fn own_names(headers: &[String], columns: &[ImportField]) -> Vec<String> {
    let name_of = |(header, field): (&String, &ImportField)| match field {
        Ignore => String::new(),
        _ => header.strip_prefix(OWN).unwrap_or(header).split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let names: Vec<String> = headers.iter().zip(columns).map(name_of).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let mut own = Vec::with_capacity(names.len());
    for name in &names {
        let is_again = !name.is_empty() && !taken.insert(name.clone());
        // Nor may it be what a column further on is called.
        let is_free = |name: &String| !taken.contains(name) && !names.contains(name);
        let numbered = is_again.then(|| (2..=names.len() + 1).map(|number| format!("{name} {number}")).find(is_free)).flatten();
        taken.extend(numbered.clone());
        own.push(numbered.unwrap_or_else(|| name.clone()));
    }
    own
}

pub(super) fn known(header: &str) -> Option<ImportField> {
    let folded = folded(header);
    WORDS.iter().find(|(_, words)| words.contains(&folded.as_str())).map(|(field, _)| *field)
}

fn folded(header: &str) -> String {
    fold(header).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a number under this header is surely a client's. That of an "ID" beside a pet may be the pet's.
pub(super) fn is_number_of_client(header: &str) -> bool {
    let whose = ["client", "customer", "contact", "account", "owner", "cliente", "propietario"];
    fold(header).split_whitespace().any(|word| whose.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &str) -> Vec<ImportField> {
        guess(&headers.split('|').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn headers_of_other_programs_are_known() {
        assert_eq!(
            of("Client First Name|Client Last Name|E-mail|Mobile Phone|Animal Name|Species|Breed|DOB"),
            [FirstName, LastName, Email, Phone, PetName, Species, Breed, BornOn]
        );
        assert_eq!(
            of("Given Name|Family Name|E-mail 1 - Value|Phone 1 - Value|Phone 2 - Value|Group Membership"),
            [FirstName, LastName, Email, Phone, SecondPhone, Tags]
        );
        assert_eq!(
            of("Display Name|Main Phone|Main Email|Billing Street|Billing City|Billing ZIP code"),
            [FullName, Phone, Email, Street, City, Postcode]
        );
        assert_eq!(
            of("Nombre|Apellidos|Teléfono móvil|Correo electrónico|Nombre de la mascota|Especie|Raza|Fecha de nacimiento"),
            [FirstName, LastName, Phone, Email, PetName, Species, Breed, BornOn]
        );
        assert_eq!(of("Name|Email opt out|Do not text"), [FullName, NoEmail, NoSms]);
        assert_eq!(of("Nombre|Sin correo|No enviar SMS"), [FullName, NoEmail, NoSms]);
    }

    #[test]
    fn in_a_list_of_patients_the_name_is_the_pets() {
        assert_eq!(of("Name|Species|Breed|Owner|Phone"), [PetName, Species, Breed, FullName, Phone]);
        assert_eq!(of("Owner|Name|Species"), [FullName, PetName, Species]);
        assert_eq!(of("Nombre|Especie|Propietario"), [PetName, Species, FullName]);
        assert_eq!(of("Name|Species|Owner first name|Owner last name"), [PetName, Species, FirstName, LastName]);
        assert_eq!(of("Name|Pet|Species|Owner")[..2], [FullName, PetName], "the pet has a name of its own");
        assert_eq!(of("Name|Species|Phone")[0], FullName, "else nobody would be named");
        assert_eq!(of("Nombre|Apellidos|Especie")[..2], [FirstName, LastName]);
        assert_eq!(of("Name|Pet|Deceased|Date of death")[2..], [Custom, DeceasedOn]);
        assert_eq!(of("Name|Pet|Patient status")[2], Custom, "whatever else it says is kept");
    }

    #[test]
    fn a_header_says_whose_number_it_is_or_leaves_it_open() {
        assert!(["Client ID", "customer id", "Account Number", "Código cliente"].into_iter().all(is_number_of_client));
        assert!(!["ID", "Código", "Patient ID"].into_iter().any(is_number_of_client));
    }

    #[test]
    fn what_nobody_knows_is_kept_and_what_comes_twice_is_not_lost() {
        assert_eq!(of("Name|Phone|Mobile|Loyalty card|"), [FullName, Phone, SecondPhone, Custom, Ignore]);
        assert_eq!(of("Nombre|Mascota|Teléfono"), [FullName, PetName, Phone]);
    }

    #[test]
    fn columns_that_are_called_the_same_are_own_fields_of_different_names() {
        let named = |headers: &str| {
            let headers: Vec<_> = headers.split('|').map(str::to_owned).collect();
            own_names(&headers, &guess(&headers)).join("|")
        };
        assert_eq!(named("Name|Pet name|Pet name|Pet name"), "Name|Pet name|Pet name 2|Pet name 3");
        assert_eq!(named("Vet| Vet |Vet 2|Vet"), "Vet|Vet 3|Vet 2|Vet 4");
        assert_eq!(named("Gate  code|Gate code||"), "Gate code|Gate code 2||", "space nobody sees makes no other name");
        assert_eq!(own_names(&["Vet".into(), "Vet".into()], &[Ignore, Custom]), ["", "Vet"], "what is left out takes no name");
    }

    #[test]
    fn a_field_of_the_clinics_own_is_its_own_whatever_it_is_called() {
        let headers = ["Name", "City", "line", "reason"].map(of_own);
        let fields = guess(&headers);
        assert_eq!(fields, [Custom; 4]);
        assert_eq!(own_names(&headers, &fields), ["Name", "City", "line", "reason"]);
    }

    #[test]
    fn what_was_written_behind_rows_that_were_set_aside_is_left_out() {
        assert_eq!(of("Name|Pet|line|reason"), [FullName, PetName, Ignore, Ignore]);
        assert_eq!(of("Name|Pet|line|reason|line|reason"), [FullName, PetName, Ignore, Ignore, Ignore, Ignore]);
        for another in ["Name|line|reason|Pet", "Name|Pet|reason|line", "Name|Pet|Line|Reason", "Name|Pet|gate|reason"] {
            assert_eq!(of(another).iter().filter(|field| **field == Custom).count(), 2, "{another}");
        }
    }
}
