//! What a person can do, by name. The name goes into the outbox, the undo offer and the history.

use petrel_domain::rights::Right;

macro_rules! actions {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// What a write is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the names say it")]
        pub enum Action { $($name),+ }

        impl Action {
            /// The name as stored and shown (`book_appointment`).
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// From the name; none where it is not of the list.
            pub(crate) fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

actions! {
    CreateClinic = "create_clinic",
    SaveClinic = "save_clinic",
    CreateStaff = "create_staff",
    SaveStaff = "save_staff",
    DeleteStaff = "delete_staff",
    SetPin = "set_pin",
    CreateService = "create_service",
    SaveService = "save_service",
    DeleteService = "delete_service",
    SaveWeeklyHours = "save_weekly_hours",
    SaveOverride = "save_override",
    DeleteOverride = "delete_override",
    BookAppointment = "book_appointment",
    MoveAppointment = "move_appointment",
    RescheduleAppointment = "reschedule_appointment",
    CancelAppointment = "cancel_appointment",
    SetAppointmentStatus = "set_appointment_status",
    SetPickedUp = "set_picked_up",
    EditAppointment = "edit_appointment",
    SetRhythm = "set_rhythm",
    SwapAppointments = "swap_appointments",
    NotifyClient = "notify_client",
    WriteToClient = "write_to_client",
    CancelMessage = "cancel_message",
    CreateClient = "create_client",
    SaveClient = "save_client",
    DeleteClient = "delete_client",
    MergeClients = "merge_clients",
    CreatePet = "create_pet",
    SavePet = "save_pet",
    DeletePet = "delete_pet",
    MovePet = "move_pet",
    MergePets = "merge_pets",
    RecordWeight = "record_weight",
    CorrectWeight = "correct_weight",
    RemoveWeight = "remove_weight",
    RecordDeath = "record_death",
    AddToWaitlist = "add_to_waitlist",
    SaveWaitlistEntry = "save_waitlist_entry",
    RemoveFromWaitlist = "remove_from_waitlist",
    ChooseValue = "choose_value",
    ResendChange = "resend_change",
    KeepBoth = "keep_both",
    LetStand = "let_stand",
    ImportClients = "import_clients",
    MakeDemoClinic = "make_demo_clinic",
    Undo = "undo",
}

impl Action {
    /// What somebody must be allowed to, to do it or to take it back.
    pub(crate) fn right(self) -> Right {
        match self {
            Self::CreateClinic
            | Self::SaveClinic
            | Self::CreateStaff
            | Self::SaveStaff
            | Self::DeleteStaff
            | Self::SetPin
            | Self::CreateService
            | Self::SaveService
            | Self::DeleteService
            | Self::SaveWeeklyHours
            | Self::SaveOverride
            | Self::DeleteOverride
            | Self::MakeDemoClinic => Right::ManageClinic,
            Self::RecordWeight | Self::CorrectWeight | Self::RemoveWeight => Right::WriteRecords,
            Self::ImportClients => Right::MoveData,
            Self::BookAppointment
            | Self::MoveAppointment
            | Self::RescheduleAppointment
            | Self::CancelAppointment
            | Self::SetAppointmentStatus
            | Self::SetPickedUp
            | Self::EditAppointment
            | Self::SetRhythm
            | Self::SwapAppointments
            | Self::NotifyClient
            | Self::WriteToClient
            | Self::CancelMessage
            | Self::CreateClient
            | Self::SaveClient
            | Self::DeleteClient
            | Self::MergeClients
            | Self::CreatePet
            | Self::SavePet
            | Self::DeletePet
            | Self::MovePet
            | Self::MergePets
            | Self::RecordDeath
            | Self::AddToWaitlist
            | Self::SaveWaitlistEntry
            | Self::RemoveFromWaitlist
            | Self::ChooseValue
            | Self::ResendChange
            | Self::KeepBoth
            | Self::LetStand
            | Self::Undo => Right::WriteClinic,
        }
    }

    /// The table of the record that it is about, where it writes rows of others that people know better, too.
    pub(crate) fn subject(self) -> Option<&'static str> {
        match self {
            Self::CreateClient | Self::SaveClient | Self::DeleteClient | Self::MergeClients | Self::ImportClients | Self::WriteToClient => {
                Some("clients")
            }
            Self::CreatePet | Self::SavePet | Self::DeletePet | Self::MovePet | Self::RecordDeath => Some("pets"),
            Self::CreateStaff | Self::SaveStaff | Self::DeleteStaff | Self::SetPin => Some("staff"),
            Self::CreateService | Self::SaveService | Self::DeleteService => Some("services"),
            Self::CreateClinic | Self::SaveClinic | Self::MakeDemoClinic => Some("clinics"),
            Self::AddToWaitlist | Self::SaveWaitlistEntry | Self::RemoveFromWaitlist => Some("waitlist_entries"),
            _ => None,
        }
    }

    /// Whether its name says nothing of the tables it writes: who may do it again, or take it back, is asked table by table then.
    pub(crate) fn is_of_any_table(self) -> bool {
        matches!(self, Self::ChooseValue | Self::ResendChange | Self::Undo)
    }
}
