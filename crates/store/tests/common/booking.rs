//! Visits of the salon: booked, moved, cancelled.

use petrel_domain::desk::{AppointmentNotes, BookInput, BookPet, CancelInput, EditAppointmentInput, MoveInput, Saved, WaitlistInput};
use petrel_domain::{AppointmentId, AppointmentStatus, BookingMethod, ClientId, Millis, Refusal, RefusalCode, SeriesScope};

use super::Salon;

/// Whatever a person may be told of a place and want all the same.
pub fn knowingly() -> Vec<RefusalCode> {
    vec![RefusalCode::SlotTaken, RefusalCode::OutsideHours, RefusalCode::EmergencyOnly, RefusalCode::NotTheirService]
}

impl Salon {
    pub fn wish(&self, starts_at: Millis) -> BookInput {
        BookInput {
            client_id: Some(self.client),
            pets: vec![BookPet {
                pet_id: Some(self.pet),
                service_id: Some(self.service),
                staff_id: self.staff,
                starts_at,
                duration_minutes: None,
                answers: Vec::new(),
            }],
            notes: AppointmentNotes::default(),
            booking_method: BookingMethod::Phone,
            is_emergency: false,
            overruled: Vec::new(),
            recurrence: None,
            estimated_cost_cents: None,
            waitlist_entry_id: None,
        }
    }

    /// The client would come with the pet, at any time.
    pub fn wish_to_wait(&self) -> WaitlistInput {
        WaitlistInput {
            client_id: self.client,
            pet_id: Some(self.pet),
            service_id: None,
            staff_id: None,
            requested_on: None,
            earliest: None,
            latest: None,
            priority: 0,
            notes: None,
        }
    }

    pub fn book(&self, starts_at: Millis) -> AppointmentId {
        self.store.book_appointment(&self.owner, self.wish(starts_at)).unwrap().value.appointment_ids[0]
    }

    /// A visit without a pet that may stand over others.
    pub fn book_over(&self, client: ClientId, starts_at: Millis) -> AppointmentId {
        let mut input = BookInput { client_id: Some(client), overruled: knowingly(), ..self.wish(starts_at) };
        input.pets[0].pet_id = None;
        self.store.book_appointment(&self.owner, input).unwrap().value.appointment_ids[0]
    }

    pub fn refused(&self, input: BookInput) -> Refusal {
        self.store.book_appointment(&self.owner, input).unwrap_err().refusal()
    }

    pub fn shift(&self, id: AppointmentId, starts_at: Millis, scope: SeriesScope) -> MoveInput {
        MoveInput {
            appointment_id: id,
            staff_id: Some(self.staff),
            starts_at,
            ends_at: starts_at.plus_minutes(30),
            scope,
            overruled: Vec::new(),
        }
    }

    pub fn status(&self, id: AppointmentId) -> AppointmentStatus {
        self.store.appointment(&self.owner, id).unwrap().card.status
    }

    pub fn cancel(&self, id: AppointmentId, scope: SeriesScope) -> Saved<()> {
        let input = CancelInput { appointment_id: id, reason: Some("Moved away".into()), scope, with: Vec::new() };
        self.store.cancel_appointment(&self.owner, input).unwrap()
    }

    /// A visit as it is, to be edited.
    pub fn edit_of(&self, id: AppointmentId) -> EditAppointmentInput {
        let detail = self.store.appointment(&self.owner, id).unwrap();
        EditAppointmentInput {
            appointment_id: id,
            pet_id: detail.card.pet_id,
            service_id: detail.card.service_id,
            notes: detail.notes,
            estimated_cost_cents: None,
            final_cost_cents: None,
            payment_status: detail.payment_status,
            answers: detail.answers,
            is_emergency: None,
            scope: SeriesScope::This,
            overruled: Vec::new(),
        }
    }

    pub fn starts_at(&self, id: AppointmentId) -> Millis {
        self.store.appointment(&self.owner, id).unwrap().card.starts_at
    }

    pub fn is_overbooked(&self, id: AppointmentId) -> bool {
        self.store.appointment(&self.owner, id).unwrap().card.is_overbooked
    }
}
