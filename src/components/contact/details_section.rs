//! `DetailsSection`: the contact's details, field by field.

use crate::browser::memo::ErasedMemo;
use crate::components::ui::live::live;
use crate::{
    browser::{clock::clock, time_zones, timers::now},
    components::{
        contact::{
            detail_field::{DetailField, Field},
            panel_section::PanelSection,
        },
        shared::{channel_mark::channel_name, timestamp::time_in_zone},
    },
    strings::{Value, fill, strings},
};
use leptos::prelude::*;
use wire::{ChannelKind, Contact, ContactPatch, VariantArray as _};

/// The details of a contact, each edited in place.
#[component]
pub fn DetailsSection(known: ErasedMemo<Option<Contact>>) -> impl IntoView {
    let clock = clock();
    let local_time = move || {
        let zone = known.with(|known| known.as_ref().and_then(|known| known.time_zone.clone()))?;
        Some(fill(strings().field_local_time, &[("time", Value::Own(&time_in_zone(&zone, clock.now())?))]))
    };
    view! {
        <PanelSection name="details" title=strings().details>
            <dl class="details">
                {fields().into_iter().map(|field| view! { <DetailField known field /> }).collect_view()}
            </dl>
            <p class="local-time">{live(local_time.clone())}</p>
        </PanelSection>
    }
}

fn fields() -> Vec<Field> {
    let strings = strings();
    vec![
        Field::text(
            ("name", strings.field_name),
            |it| Some(it.name.clone()),
            |text| match text {
                Some(name) => Ok(ContactPatch { name: Some(name), ..Default::default() }),
                None => Err(strings.field_bad_name),
            },
        ),
        Field::text(
            ("phone", strings.field_phone),
            |it| it.phone.clone(),
            |text| Ok(ContactPatch { phone: Some(text), ..Default::default() }),
        )
        .or_says(strings.field_bad_phone)
        .linked(|it| it.phone_uri.clone().filter(|uri| uri.starts_with("tel:"))),
        Field::text(
            ("email", strings.field_email),
            |it| it.email.clone(),
            |text| Ok(ContactPatch { email: Some(text), ..Default::default() }),
        )
        .or_says(strings.field_bad_email),
        Field::text(
            ("external_id", strings.field_external_id),
            |it| it.external_id.clone(),
            |text| Ok(ContactPatch { external_id: Some(text), ..Default::default() }),
        ),
        Field::text(
            ("address", strings.field_address),
            |it| it.address.clone(),
            |text| Ok(ContactPatch { address: Some(text), ..Default::default() }),
        )
        .of_lines(),
        Field::text(
            ("birthday", strings.field_birthday),
            |it| it.birthday.map(|day| day.to_string()),
            |text| {
                let birthday =
                    text.map(|text| wire::contact::parse_day(&text).ok_or(strings.field_bad_birthday)).transpose()?;
                Ok(ContactPatch { birthday: Some(birthday), ..Default::default() })
            },
        ),
        Field::text(
            ("language", strings.field_language),
            |it| it.language.clone(),
            |text| Ok(ContactPatch { language: Some(text), ..Default::default() }),
        )
        .or_says(strings.field_bad_language),
        Field::choice(
            ("default_channel", strings.field_default_channel),
            ChannelKind::VARIANTS.iter().map(|kind| (kind.into_str(), channel_name(*kind))).collect(),
            |it| it.default_channel.map(|kind| kind.into_str().to_owned()),
            |text| {
                let kind = text.and_then(|text| text.parse().ok());
                Ok(ContactPatch { default_channel: Some(kind), ..Default::default() })
            },
        ),
        Field::text(
            ("time_zone", strings.field_time_zone),
            |it| it.time_zone.clone(),
            |text| Ok(ContactPatch { time_zone: Some(text), ..Default::default() }),
        )
        .or_says(strings.field_bad_time_zone)
        .suggesting(time_zones::time_zones, time_zone),
    ]
}

/// The zone that an agent named. A zone may have names beyond the browser's list, such as `UTC`.
fn time_zone(text: String) -> Result<String, &'static str> {
    match time_zones::named(&text, &time_zones::time_zones()) {
        Some(zone) => Ok(zone),
        None if time_in_zone(&text, now()).is_some() => Ok(text),
        None => Err(strings().field_bad_time_zone),
    }
}
