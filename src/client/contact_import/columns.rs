//! `Column`: what a column of a table holds of a contact, and the rows that follow from it.

use super::table::{Table, several};
use wire::ImportRow;

/// What a column holds. Two columns of the same kind: the first that is not empty counts; names are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    LeftOut,
    Name,
    FirstName,
    LastName,
    Email,
    Phone,
    ExternalId,
    Address,
    Birthday,
    Language,
    DefaultChannel,
    TimeZone,
    Tags,
    Lists,
}

/// The titles by which a column is known: of the export, and of other programs. Letters and digits only.
const TITLES: [(Column, &[&str]); 13] = [
    (Column::Name, &["name", "fullname", "contact", "displayname", "contactname"]),
    (Column::FirstName, &["firstname", "givenname", "forename", "first"]),
    (Column::LastName, &["lastname", "familyname", "surname", "last"]),
    (Column::Email, &["email", "mail", "emailaddress", "email1value", "primaryemail"]),
    (Column::Phone, &["phone", "telephone", "tel", "mobile", "phonenumber", "mobilephone", "phone1value", "cell"]),
    (Column::ExternalId, &["externalid", "id", "customerid", "contactid", "recordid"]),
    (Column::Address, &["address", "postaladdress", "street", "address1formatted"]),
    (Column::Birthday, &["birthday", "dateofbirth", "birthdate", "born"]),
    (Column::Language, &["language", "locale", "lang", "preferredlanguage"]),
    (Column::DefaultChannel, &["defaultchannel", "channel", "preferredchannel"]),
    (Column::TimeZone, &["timezone", "tz"]),
    (Column::Tags, &["tags", "tag", "labels", "label"]),
    (Column::Lists, &["lists", "list", "groups", "group", "segments"]),
];

impl Column {
    pub const ALL: [Self; 14] = [
        Self::LeftOut,
        Self::Name,
        Self::FirstName,
        Self::LastName,
        Self::Email,
        Self::Phone,
        Self::ExternalId,
        Self::Address,
        Self::Birthday,
        Self::Language,
        Self::DefaultChannel,
        Self::TimeZone,
        Self::Tags,
        Self::Lists,
    ];

    /// What the column with this title most likely holds.
    #[must_use]
    pub fn of_title(title: &str) -> Self {
        let letters: String = title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let known = TITLES.iter().find(|(_, titles)| titles.contains(&letters.as_str()));
        known.map_or(Self::LeftOut, |(column, _)| *column)
    }

    /// The value of a choice.
    #[must_use]
    pub fn number(self) -> String {
        (self as u8).to_string()
    }

    #[must_use]
    pub fn of_number(number: &str) -> Self {
        Self::ALL.into_iter().find(|column| column.number() == number).unwrap_or(Self::LeftOut)
    }
}

impl Table {
    /// What the columns most likely hold.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        self.titles.iter().map(|title| Column::of_title(title)).collect()
    }

    /// The rows as contacts.
    #[must_use]
    pub fn contacts(&self, columns: &[Column]) -> Vec<ImportRow> {
        self.rows.iter().map(|row| contact(row, columns)).collect()
    }
}

fn contact(row: &[String], columns: &[Column]) -> ImportRow {
    let mut contact = ImportRow::default();
    let (mut first, mut last) = (String::new(), String::new());
    for (cell, column) in row.iter().zip(columns) {
        let cell = unlike_an_export(cell);
        let place = match column {
            Column::LeftOut => continue,
            Column::Tags => {
                contact.tags.extend(several(cell));
                continue;
            }
            Column::Lists => {
                contact.lists.extend(several(cell));
                continue;
            }
            Column::Name => &mut contact.name,
            Column::FirstName => &mut first,
            Column::LastName => &mut last,
            Column::Email => &mut contact.email,
            Column::Phone => &mut contact.phone,
            Column::ExternalId => &mut contact.external_id,
            Column::Address => &mut contact.address,
            Column::Birthday => &mut contact.birthday,
            Column::Language => &mut contact.language,
            Column::DefaultChannel => &mut contact.default_channel,
            Column::TimeZone => &mut contact.time_zone,
        };
        if place.is_empty() {
            cell.clone_into(place);
        }
    }
    if contact.name.is_empty() {
        contact.name = format!("{first} {last}").trim().to_owned();
    }
    contact.birthday = day(&contact.birthday);
    contact.default_channel = contact.default_channel.to_lowercase().replace([' ', '-'], "");
    contact
}

/// The export puts an apostrophe before what a spreadsheet would take for a formula.
fn unlike_an_export(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => cell,
    }
}

/// A day as `YYYY-MM-DD`, where it is written as `YYYY/MM/DD` or `DD.MM.YYYY`. With slashes and the year at the end, nobody
/// knows which number is the month: such a day stays as it is, and is refused.
fn day(text: &str) -> String {
    let in_order = |year: &str, month: &str, day: &str| format!("{year}-{month:0>2}-{day:0>2}");
    let parts: Vec<&str> = text.split(['.', '/']).collect();
    match (text.contains('.'), parts.as_slice()) {
        (true, [day, month, year]) if year.len() == 4 => in_order(year, month, day),
        (false, [year, month, day]) if year.len() == 4 => in_order(year, month, day),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn one(titles: &[&str], cells: &[&str]) -> ImportRow {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let table = Table { titles: texts(titles), rows: vec![texts(cells)] };
        table.contacts(&table.columns()).remove(0)
    }

    #[wasm_bindgen_test]
    fn the_columns_of_the_export_are_all_known() {
        let titles = [
            "name",
            "email",
            "phone",
            "external_id",
            "address",
            "birthday",
            "language",
            "default_channel",
            "time_zone",
            "tags",
            "lists",
        ];
        assert!(titles.iter().all(|title| Column::of_title(title) != Column::LeftOut));
    }

    #[wasm_bindgen_test]
    fn other_programs_titles_are_known_and_names_are_joined() {
        let row = one(
            &["First Name", "Last name", "E-mail", "Mobile Phone", "Shoe size"],
            &["Ana", "Lima", "a@b.c", "1", "43"],
        );
        assert_eq!((row.name.as_str(), row.email.as_str(), row.phone.as_str()), ("Ana Lima", "a@b.c", "1"));
    }

    #[wasm_bindgen_test]
    fn of_two_columns_of_one_kind_the_first_that_is_not_empty_counts() {
        let row = one(&["Phone", "Mobile", "Tags", "Labels"], &["", "2", "a", "b,c"]);
        assert_eq!((row.phone.as_str(), row.tags), ("2", vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
    }

    #[wasm_bindgen_test]
    fn days_channels_and_formulas_are_as_the_server_wants_them() {
        let titles = ["Birthday", "Channel", "Name"];
        let row = one(&titles, &["28.2.1990", "E-Mail", "'=1+1"]);
        assert_eq!((row.birthday.as_str(), row.default_channel.as_str()), ("1990-02-28", "email"));
        assert_eq!(row.name, "=1+1");
        assert_eq!(one(&titles, &["1990/2/8", "", "'Ana"]).birthday, "1990-02-08");
        assert_eq!(one(&titles, &["", "", "'Ana"]).name, "'Ana");
        assert_eq!(one(&titles, &["2/8/1990", "", ""]).birthday, "2/8/1990");
    }
}
