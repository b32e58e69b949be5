// The shape tauri-specta generates from the Rust types; the generated file takes this one's place.

import { invoke as __TAURI_INVOKE } from "@tauri-apps/api/core";
import * as __TAURI_EVENT from "@tauri-apps/api/event";

/** Commands */
export const commands = {
	touch: () => typedError<null, Refusal>(__TAURI_INVOKE("touch")),
	windowReady: () => typedError<null, Refusal>(__TAURI_INVOKE("window_ready")),
	appState: () => typedError<AppState, Refusal>(__TAURI_INVOKE("app_state")),
	createClinic: (input: NewClinic) => typedError<AppState, Refusal>(__TAURI_INVOKE("create_clinic", { input })),
	createDemoClinic: (clients: number, timezone: string, locale: string) => typedError<AppState, Refusal>(__TAURI_INVOKE("create_demo_clinic", { clients, timezone, locale })),
	unlockWithPassphrase: (passphrase: string) => typedError<AppState, Refusal>(__TAURI_INVOKE("unlock_with_passphrase", { passphrase })),
	retryOpen: () => typedError<AppState, Refusal>(__TAURI_INVOKE("retry_open")),
	listBackups: () => typedError<Backup[], Refusal>(__TAURI_INVOKE("list_backups")),
	restoreBackup: (path: string) => typedError<AppState, Refusal>(__TAURI_INVOKE("restore_backup", { path })),
	backupNow: () => typedError<Backup, Refusal>(__TAURI_INVOKE("backup_now")),
	setAsideFile: () => typedError<AppState, Refusal>(__TAURI_INVOKE("set_aside_file")),
	signInChoices: () => typedError<SignInChoice[], Refusal>(__TAURI_INVOKE("sign_in_choices")),
	signIn: (staffId: StaffId, pin: string | null) => typedError<AppState, Refusal>(__TAURI_INVOKE("sign_in", { staffId, pin })),
	lock: () => typedError<AppState, Refusal>(__TAURI_INVOKE("lock")),
	systemTimezone: () => typedError<string, Refusal>(__TAURI_INVOKE("system_timezone")),
	timezones: () => typedError<string[], Refusal>(__TAURI_INVOKE("timezones")),
	detectKeychain: () => typedError<boolean, Refusal>(__TAURI_INVOKE("detect_keychain")),
	deskSetting: (key: string) => typedError<string | null, Refusal>(__TAURI_INVOKE("desk_setting", { key })),
	setDeskSetting: (key: string, value: string) => typedError<null, Refusal>(__TAURI_INVOKE("set_desk_setting", { key, value })),
	draft: (key: string) => typedError<string | null, Refusal>(__TAURI_INVOKE("draft", { key })),
	setDraft: (key: string, value: string | null) => typedError<null, Refusal>(__TAURI_INVOKE("set_draft", { key, value })),
	undo: (actionId: ActionId) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("undo", { actionId })),
	undoOffer: () => typedError<UndoOffer | null, Refusal>(__TAURI_INVOKE("undo_offer")),
	clinic: () => typedError<Clinic, Refusal>(__TAURI_INVOKE("clinic")),
	saveClinic: (input: ClinicDetails) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("save_clinic", { input })),
	staff: () => typedError<Staff[], Refusal>(__TAURI_INVOKE("staff")),
	createStaff: (input: StaffDetails) => typedError<Saved<StaffId>, Refusal>(__TAURI_INVOKE("create_staff", { input })),
	saveStaff: (id: StaffId, input: StaffDetails) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("save_staff", { id, input })),
	deleteStaff: (id: StaffId) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("delete_staff", { id })),
	setPin: (staffId: StaffId, pin: string | null, currentPin: string | null) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("set_pin", { staffId, pin, currentPin })),
	services: () => typedError<Service[], Refusal>(__TAURI_INVOKE("services")),
	createService: (input: ServiceDetails) => typedError<Saved<ServiceId>, Refusal>(__TAURI_INVOKE("create_service", { input })),
	saveService: (id: ServiceId, input: ServiceDetails) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("save_service", { id, input })),
	deleteService: (id: ServiceId) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("delete_service", { id })),
	weeklyHours: () => typedError<WeeklyHours[], Refusal>(__TAURI_INVOKE("weekly_hours")),
	saveWeeklyHours: (staffId: StaffId, hours: WeeklyHours[]) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("save_weekly_hours", { staffId, hours })),
	scheduleOverrides: (from: string, to: string) => typedError<ScheduleOverride[], Refusal>(__TAURI_INVOKE("schedule_overrides", { from, to })),
	saveOverride: (input: ScheduleOverride) => typedError<Saved<OverrideId>, Refusal>(__TAURI_INVOKE("save_override", { input })),
	deleteOverride: (id: OverrideId) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("delete_override", { id })),
	scheduleRange: (from: string, days: number) => typedError<ScheduleRange, Refusal>(__TAURI_INVOKE("schedule_range", { from, days })),
	monthOverview: (month: string) => typedError<MonthDay[], Refusal>(__TAURI_INVOKE("month_overview", { month })),
	todayBoard: () => typedError<ScheduleRange, Refusal>(__TAURI_INVOKE("today_board")),
	freeSlots: (query: FreeSlotsQuery) => typedError<FreeSlot[], Refusal>(__TAURI_INVOKE("free_slots", { query })),
	appointment: (id: AppointmentId) => typedError<AppointmentDetail, Refusal>(__TAURI_INVOKE("appointment", { id })),
	bookAppointment: (input: BookInput) => typedError<Saved<Booked>, Refusal>(__TAURI_INVOKE("book_appointment", { input })),
	moveAppointment: (input: MoveInput) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("move_appointment", { input })),
	rescheduleAppointment: (input: MoveInput) => typedError<Saved<AppointmentId>, Refusal>(__TAURI_INVOKE("reschedule_appointment", { input })),
	cancelAppointment: (input: CancelInput) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("cancel_appointment", { input })),
	setAppointmentStatus: (id: AppointmentId, status: AppointmentStatus) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("set_appointment_status", { id, status })),
	editAppointment: (input: EditAppointmentInput) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("edit_appointment", { input })),
	visitsOfClient: (clientId: ClientId, before: Millis | null) => typedError<VisitPage, Refusal>(__TAURI_INVOKE("visits_of_client", { clientId, before })),
	notifyClient: (input: NotifyInput) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("notify_client", { input })),
	printDaySheet: (date: string, path: string) => typedError<null, Refusal>(__TAURI_INVOKE("print_day_sheet", { date, path })),
	clients: (query: ClientsQuery) => typedError<ClientPage, Refusal>(__TAURI_INVOKE("clients", { query })),
	allTags: () => typedError<string[], Refusal>(__TAURI_INVOKE("all_tags")),
	search: (text: string, limit: number) => typedError<SearchHit[], Refusal>(__TAURI_INVOKE("search", { text, limit })),
	client: (id: ClientId) => typedError<Client, Refusal>(__TAURI_INVOKE("client", { id })),
	createClient: (input: ClientDetails) => typedError<Saved<ClientId>, Refusal>(__TAURI_INVOKE("create_client", { input })),
	saveClient: (id: ClientId, input: ClientDetails) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("save_client", { id, input })),
	deleteClient: (id: ClientId) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("delete_client", { id })),
	mergeClients: (input: MergeInput) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("merge_clients", { input })),
	possibleDuplicates: (input: ClientDetails, except: ClientId | null) => typedError<ClientRow[], Refusal>(__TAURI_INVOKE("possible_duplicates", { input, except })),
	petPage: (id: PetId) => typedError<PetPage, Refusal>(__TAURI_INVOKE("pet_page", { id })),
	createPet: (clientId: ClientId, input: PetDetails) => typedError<Saved<PetId>, Refusal>(__TAURI_INVOKE("create_pet", { clientId, input })),
	savePet: (id: PetId, input: PetDetails) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("save_pet", { id, input })),
	deletePet: (id: PetId) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("delete_pet", { id })),
	movePet: (id: PetId, clientId: ClientId) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("move_pet", { id, clientId })),
	recordWeight: (input: WeightInput) => typedError<Saved<RecordId>, Refusal>(__TAURI_INVOKE("record_weight", { input })),
	waitlist: () => typedError<WaitlistEntry[], Refusal>(__TAURI_INVOKE("waitlist")),
	addToWaitlist: (input: WaitlistInput) => typedError<Saved<WaitlistEntryId>, Refusal>(__TAURI_INVOKE("add_to_waitlist", { input })),
	saveWaitlistEntry: (id: WaitlistEntryId, input: WaitlistInput) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("save_waitlist_entry", { id, input })),
	removeFromWaitlist: (id: WaitlistEntryId) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("remove_from_waitlist", { id })),
	waitlistMatches: (query: WaitlistMatchQuery) => typedError<WaitlistMatch[], Refusal>(__TAURI_INVOKE("waitlist_matches", { query })),
	needsAttention: () => typedError<NeedsAttention, Refusal>(__TAURI_INVOKE("needs_attention")),
	dismissDuplicate: (first: ClientId, second: ClientId) => typedError<Saved<null>, Refusal>(__TAURI_INVOKE("dismiss_duplicate", { first, second })),
	previewImport: (path: string, plan: ImportPlan | null) => typedError<ImportPreview, Refusal>(__TAURI_INVOKE("preview_import", { path, plan })),
	runImport: (plan: ImportPlan) => typedError<ImportReport, Refusal>(__TAURI_INVOKE("run_import", { plan })),
	cancelWork: () => typedError<null, Refusal>(__TAURI_INVOKE("cancel_work")),
	exportAll: (path: string, format: ExportFormat) => typedError<ExportReport, Refusal>(__TAURI_INVOKE("export_all", { path, format })),
};

/** Events */
export const events = {
	appStateChanged: makeEvent<AppStateChanged>("app-state-changed"),
	changed: makeEvent<Changed>("changed"),
	workProgress: makeEvent<WorkProgress>("work-progress"),
};

/* Types */
/** The clinic. */
export type ClinicId = string;

/** A member of staff. */
export type StaffId = string;

/** A client: the person who owns the pets. */
export type ClientId = string;

/** A pet. */
export type PetId = string;

/** A service the clinic offers. */
export type ServiceId = string;

/** A weekly working time of a member of staff. */
export type ScheduleId = string;

/** A deviation from the weekly working time. */
export type OverrideId = string;

/** A visit. */
export type AppointmentId = string;

/** The visits of one recurrence. */
export type SeriesId = string;

/** The visits of one family, booked in one go. */
export type GroupId = string;

/** An entry of the waitlist. */
export type WaitlistEntryId = string;

/** An entry of a pet's history. */
export type RecordId = string;

/** This desk. */
export type DeskId = string;

/** An instant: Unix milliseconds UTC. */
export type Millis = number;

/** Money in minor units of the clinic's currency. */
export type Cents = number;

/** A time on the wall, `HH:MM`; `24:00` ends a day. */
export type WallTime = string;

/** What a member of staff is here; decides what they may see and do. */
export type Role = "owner" | "admin" | "veterinarian" | "groomer" | "technician" | "front_desk";

/** Where a visit stands. The moves between them are in [`crate::appointment`]. */
export type AppointmentStatus = "pending" | "confirmed" | "reminded" | "checked_in" | "in_progress" | "completed" | "cancelled" | "no_show" | "rescheduled";

/** How a visit came to be. */
export type BookingMethod = "online" | "phone" | "walk_in" | "admin" | "voice" | "sms" | "waitlist";

/** Where the money of a visit stands. */
export type PaymentStatus = "none" | "pending" | "paid" | "failed" | "refunded";

/** What kind of service it is. */
export type ServiceKind = "medical" | "grooming" | "boarding" | "other";

/** What an override does to the weekly hours: closes them, replaces them, or opens time for emergencies alone. */
export type OverrideKind = "unavailable" | "custom_hours" | "emergency_only";

/** Where a client came from. */
export type ClientSource = "manual" | "online" | "csv" | "quickbooks" | "jobber" | "voice" | "sms";

/** Whether mail may be sent to a client. */
export type EmailStatus = "subscribed" | "unsubscribed" | "bounced" | "complained";

/** Membership of the clinic's plan. */
export type MembershipStatus = "none" | "active" | "paused" | "cancelled";

/** A pet's sex. */
export type Sex = "female" | "male" | "unknown";

/** Species with a name and an icon of their own; everything else is `other`, with the breed saying what. */
export type Species = "dog" | "cat" | "rabbit" | "bird" | "guinea_pig" | "hamster" | "ferret" | "reptile" | "horse" | "other";

/** Where an entry of the waitlist stands. */
export type WaitlistStatus = "active" | "offered" | "booked" | "expired" | "cancelled";

/** What an entry of a pet's history is. */
export type RecordKind = "exam" | "vaccination" | "lab_result" | "prescription" | "procedure" | "weight" | "note";

/** Which visits of a series a change is for. */
export type SeriesScope = "this" | "following" | "all";

/** What a field of a service's form asks for. */
export type FieldType = "text" | "long_text" | "number" | "date" | "choice" | "yes_no";

/** What went wrong, as a stable code. */
export type RefusalCode = "required" | "too_long" | "too_short" | "too_large" | "too_small" | "invalid" | "end_before_start" | "not_found" | "forbidden" | "sign_in_needed" | "wrong_pin" | "too_many_tries" | "slot_taken" | "outside_hours" | "emergency_only" | "bad_transition" | "changed_since" | "nothing_to_undo" | "in_use" | "duplicate" | "pet_deceased" | "last_owner" | "cancelled" | "file_busy" | "read_only" | "disk_full" | "wrong_key" | "newer_file" | "corrupt" | "keychain_unavailable" | "key_missing" | "bad_backup" | "file_unreadable" | "internal";

/** Why something was not done, and what could be done instead. Nothing was changed where this comes back. */
export type Refusal = {
	/** The stable code. */
	code: RefusalCode;
	/** The field it is about, by its name in the input. */
	field: string | null;
	/** The limit that was passed, where there is one. */
	limit: number | null;
	/** When it may be tried again. */
	until: Millis | null;
	/** Free times next to the one that was asked for. */
	alternatives: FreeSlot[];
	/** What was given or what stands in the way; never a secret. */
	detail: string | null;
};

/** What a write gives back. */
export type Saved<T> = {
	/** What the use case made. */
	value: T;
	/** The tables it changed, sorted; live queries over them run again. */
	changes: string[];
	/** The action to hand to `undo`; none where nothing changed. */
	undo: ActionId | null;
};

/** One action of a person: what one undo takes back. */
export type ActionId = number;

/** The last action of this desk that can be undone. */
export type UndoOffer = {
	/** The action. */
	action_id: ActionId;
	/** What it was, as the name of the action (`book_appointment`). */
	action: string;
};

/** A service the clinic offers. */
export type Service = ServiceDetails & {
	/** Its id. */
	id: ServiceId;
};

/** What can be edited of a service. */
export type ServiceDetails = {
	/** Name, 1 to 100 characters. */
	name: string;
	/** For clients, up to 2,000 characters. */
	description: string | null;
	/** What kind. */
	kind: ServiceKind;
	/** Length in minutes, 1 to 44,640 (31 days of boarding). */
	duration_minutes: number;
	/** Minutes kept free after it, up to 480. */
	buffer_minutes: number;
	/** Usual price. */
	base_price_cents: Cents | null;
	/** Colour on the board, `#rrggbb`, lower case. */
	color: string;
	/** A booking starts as `pending` and waits for a yes. */
	requires_approval: boolean;
	/** Clients may book this many days ahead at most. */
	advance_booking_days: number;
	/** Clients must book this many hours ahead at least. */
	min_advance_hours: number;
	/** Clients may cancel until this many hours before. */
	cancellation_cutoff_hours: number;
	/** Visits of this service that one member of staff takes at the same time. */
	max_per_slot: number;
	/** Clients may book it online. */
	is_online: boolean;
	/** Offered now; others keep their history. */
	is_active: boolean;
	/** Who may do it. */
	staff_roles: Role[];
	/** What is asked when it is booked. */
	form_fields: FormField[];
};

/** A question of a service's form. */
export type FormField = {
	/** The question, 1 to 200 characters; unique in the service. */
	name: string;
	/** What an answer is. */
	field_type: FieldType;
	/** Whether it must be answered. */
	is_required: boolean;
	/** The answers to choose from (`choice` alone). */
	choices: string[];
};

/** An answer to a question of a service's form. */
export type FormAnswer = {
	/** The question. */
	name: string;
	/** What it is. */
	field_type: FieldType;
	/** The answer as text; a date is `YYYY-MM-DD`, yes and no are `yes` and `no`. */
	value: string;
};

/** A time that is free. */
export type FreeSlot = {
	/** With whom. */
	staff_id: StaffId;
	/** From. */
	starts_at: Millis;
	/** To, without the buffer. */
	ends_at: Millis;
};

/** A visit as the board, the lists and the timeline show it. */
export type AppointmentCard = {
	/** Its id. */
	id: AppointmentId;
	/** With whom; none: not assigned yet. */
	staff_id: StaffId | null;
	/** Whose pet. */
	client_id: ClientId | null;
	/** The client's full name, or empty. */
	client_name: string;
	/** The client's phone. */
	client_phone: string | null;
	/** Which pet. */
	pet_id: PetId | null;
	/** The pet's name, or empty. */
	pet_name: string;
	/** The pet's species. */
	species: Species | null;
	/** What for. */
	service_id: ServiceId | null;
	/** Its own title, where it has one. */
	title: string | null;
	/** Planned from. */
	starts_at: Millis;
	/** Planned to. */
	ends_at: Millis;
	/** When it truly began. */
	actual_start_at: Millis | null;
	/** When it truly ended. */
	actual_end_at: Millis | null;
	/** Where it stands. */
	status: AppointmentStatus;
	/** Since when it stands there (the time in status shown on the card). */
	status_since: Millis;
	/** An emergency. */
	is_emergency: boolean;
	/** Booked over another, knowingly. */
	is_overbooked: boolean;
	/** Part of a recurrence. */
	series_id: SeriesId | null;
	/** Part of a family's group. */
	group_id: GroupId | null;
	/** Another visit takes the same time, found when desks came together. */
	has_clash: boolean;
	/** The pet has an alert or an allergy. */
	has_alert: boolean;
};

/** A visit opened beside the calendar. */
export type AppointmentDetail = AppointmentCard & {
	/** How it came to be. */
	booking_method: BookingMethod;
	/** The reference told to the client. */
	booking_reference: string | null;
	/** The texts. */
	notes: AppointmentNotes;
	/** Estimate. */
	estimated_cost_cents: Cents | null;
	/** Bill. */
	final_cost_cents: Cents | null;
	/** Where the money stands. */
	payment_status: PaymentStatus;
	/** The pet's alerts, shown first. */
	pet_alerts: string | null;
	/** The pet's allergies, shown first. */
	pet_allergies: string | null;
	/** The pet's breed. */
	breed: string | null;
	/** How often the client did not come. */
	client_no_shows: number;
	/** Visits of the client that were planned to be over by now. */
	client_visits: number;
	/** What the client owes: bills of completed visits not paid. */
	balance_cents: Cents;
	/** Vaccinations of the pet that are overdue, by title. */
	overdue_vaccinations: string[];
	/** When it was cancelled. */
	cancelled_at: Millis | null;
	/** Why it was cancelled. */
	cancellation_reason: string | null;
	/** How often it was rescheduled. */
	reschedule_count: number;
	/** The visit this one replaces. */
	previous_appointment_id: AppointmentId | null;
	/** The visit that replaces this one. */
	next_appointment_id: AppointmentId | null;
	/** The others of the family's group. */
	group: AppointmentCard[];
	/** RFC 5545 rule of its series. */
	recurrence: string | null;
	/** Answers to the service's form. */
	answers: FormAnswer[];
	/** Statuses it may move to now, the usual one first. */
	next_statuses: AppointmentStatus[];
	/** When it was booked. */
	created_at: Millis;
};

/** The texts of a visit, each up to 4,000 characters. */
export type AppointmentNotes = {
	/** A title of its own, up to 200 characters. */
	title: string | null;
	/** Why they come. */
	reason: string | null;
	/** What is seen. */
	symptoms: string | null;
	/** What they ask for. */
	special_requests: string | null;
	/** What the client wrote. */
	client_notes: string | null;
	/** For the clinic alone. */
	internal_notes: string | null;
	/** Where to fetch and bring the pet. */
	pickup_address: string | null;
};

/** One pet in a booking. */
export type BookPet = {
	/** Which pet; none for a client whose pet is not known yet. */
	pet_id: PetId | null;
	/** What for; none with a title of its own. */
	service_id: ServiceId | null;
	/** With whom. */
	staff_id: StaffId;
	/** From. */
	starts_at: Millis;
	/** Minutes; none: the service's. */
	duration_minutes: number | null;
	/** Answers to the service's form. */
	answers: FormAnswer[];
};

/** A booking: one pet, or several of one family in one go; once or as a series. */
export type BookInput = {
	/** Whose; none: time blocked for something else. */
	client_id: ClientId | null;
	/** The pets; one or more. All or nothing is booked. */
	pets: BookPet[];
	/** The texts. */
	notes: AppointmentNotes;
	/** How it came to be. */
	booking_method: BookingMethod;
	/** An emergency: may take emergency-only time. */
	is_emergency: boolean;
	/** Book over what is there and outside of hours; the person has seen the warning. */
	is_overbooking_allowed: boolean;
	/** RFC 5545 rule without `DTSTART`; must end by `COUNT` or `UNTIL`, 200 visits at the most. */
	recurrence: string | null;
	/** Estimate. */
	estimated_cost_cents: Cents | null;
	/** The entry of the waitlist this fulfils. */
	waitlist_entry_id: WaitlistEntryId | null;
};

/** What a booking made. */
export type Booked = {
	/** The visits, in the order of the pets, then of the dates. */
	appointment_ids: AppointmentId[];
	/** Dates of a series left out because the time was taken or closed. */
	skipped: Millis[];
};

/** A new time, length or colleague for a visit. */
export type MoveInput = {
	/** Which visit. */
	appointment_id: AppointmentId;
	/** With whom. */
	staff_id: StaffId | null;
	/** From. */
	starts_at: Millis;
	/** To. */
	ends_at: Millis;
	/** Which of its series. */
	scope: SeriesScope;
	/** Move over what is there and outside of hours; the person has seen the warning. */
	is_overbooking_allowed: boolean;
};

/** Cancelling a visit. */
export type CancelInput = {
	/** Which visit. */
	appointment_id: AppointmentId;
	/** Why, up to 500 characters; asked for, not demanded. */
	reason: string | null;
	/** Which of its series. */
	scope: SeriesScope;
};

/** Changes to a visit other than its time and status. */
export type EditAppointmentInput = {
	/** Which visit. */
	appointment_id: AppointmentId;
	/** The pet. */
	pet_id: PetId | null;
	/** What for. */
	service_id: ServiceId | null;
	/** The texts. */
	notes: AppointmentNotes;
	/** Estimate. */
	estimated_cost_cents: Cents | null;
	/** Bill. */
	final_cost_cents: Cents | null;
	/** Where the money stands. */
	payment_status: PaymentStatus;
	/** Answers to the service's form. */
	answers: FormAnswer[];
};

/** A question for free times. */
export type FreeSlotsQuery = {
	/** For which service; its length, buffer, capacity and roles count. */
	service_id: ServiceId | null;
	/** With whom; none: anyone who may do it. */
	staff_id: StaffId | null;
	/** Minutes; none: the service's. */
	duration_minutes: number | null;
	/** From this day. */
	from: string;
	/** This many days, 1 to 62. */
	days: number;
	/** Emergency-only time counts as free. */
	is_emergency: boolean;
	/** The visit that is being moved does not stand in its own way. */
	moving: AppointmentId | null;
	/** At the most this many, nearest first; none: all. */
	limit: number | null;
};

/** What needs a person. */
export type NeedsAttention = {
	/** Visits that take the same time of the same colleague, in pairs. */
	clashes: ClashPair[];
	/** Bookings that wait for a yes. */
	awaiting_approval: AppointmentCard[];
	/** Visits whose time is over and whose status was never moved on. */
	left_open: AppointmentCard[];
	/** Clients that may be one. */
	duplicates: DuplicatePair[];
	/** Messages that could not be sent. */
	failed_messages: FailedMessage[];
	/** Clients whose phone could not be read. */
	unclear_phones: UnclearPhone[];
	/** How many of all there are; the lists above hold 50 each at the most. */
	total: number;
};

/** Two visits that take the same time. */
export type ClashPair = {
	/** One. */
	first: AppointmentCard;
	/** The other. */
	second: AppointmentCard;
};

/** A message that could not be sent. */
export type FailedMessage = {
	/** To whom. */
	client_id: ClientId | null;
	/** Name or address. */
	recipient: string;
	/** Why. */
	error: string | null;
	/** When it failed. */
	failed_at: Millis;
};

/** A phone that could not be read. */
export type UnclearPhone = {
	/** Whose. */
	client_id: ClientId;
	/** The client's name. */
	client_name: string;
	/** What was typed. */
	phone: string;
};

/** What can be edited of a client. A name or a phone or an e-mail must be there. */
export type ClientDetails = {
	/** First name, up to 100 characters. */
	first_name: string;
	/** Last name, up to 100 characters. */
	last_name: string;
	/** E-mail, up to 254 characters. */
	email: string | null;
	/** Phone as typed; kept as E.164 where it can be read. */
	phone: string | null;
	/** Address, up to 500 characters. */
	address: string | null;
	/** Notes, up to 10,000 characters. */
	notes: string | null;
	/** Tags, each up to 60 characters. */
	tags: string[];
	/** Fields of the clinic's own, name to value; 50 at the most. */
	custom_fields: { [key in string]: string };
};

/** A client with all that the page shows. */
export type Client = ClientDetails & {
	/** Its id. */
	id: ClientId;
	/** The phone could not be read as a number and is kept as typed. */
	is_phone_unclear: boolean;
	/** Where they came from. */
	source: ClientSource;
	/** Whether mail may be sent. */
	email_status: EmailStatus;
	/** Since when no SMS may be sent. */
	sms_opted_out_at: Millis | null;
	/** Membership. */
	membership_status: MembershipStatus;
	/** The pets, living ones first. */
	pets: Pet[];
	/** Figures over all visits. */
	figures: ClientFigures;
	/** The client this one was merged into, where it was. */
	merged_into_id: ClientId | null;
	/** Since when known. */
	created_at: Millis;
};

/** Figures over all visits of a client. */
export type ClientFigures = {
	/** All visits ever booked. */
	appointments: number;
	/** Completed. */
	completed: number;
	/** Did not come. */
	no_shows: number;
	/** Cancelled. */
	cancellations: number;
	/** Rescheduled. */
	reschedules: number;
	/** Sum of the bills of completed visits, in the clinic's minor units. */
	spent_cents: Cents | null;
	/** Bills of completed visits not paid. */
	balance_cents: Cents | null;
	/** First completed visit. */
	first_visit_at: Millis | null;
	/** Last completed visit. */
	last_visit_at: Millis | null;
	/** Next visit planned. */
	next_visit_at: Millis | null;
};

/** A client in a list. */
export type ClientRow = {
	/** Its id. */
	id: ClientId;
	/** Full name, or the phone or e-mail where there is none. */
	name: string;
	/** E-mail. */
	email: string | null;
	/** Phone. */
	phone: string | null;
	/** Living pets, by name. */
	pets: PetChip[];
	/** Tags. */
	tags: string[];
	/** Last completed visit. */
	last_visit_at: Millis | null;
	/** Next visit planned. */
	next_visit_at: Millis | null;
};

/** A pet, in a few words. */
export type PetChip = {
	/** Its id. */
	id: PetId;
	/** Its name. */
	name: string;
	/** Its species. */
	species: Species;
	/** Its breed. */
	breed: string | null;
	/** Marked deceased. */
	is_deceased: boolean;
	/** It has an alert or an allergy. */
	has_alert: boolean;
};

/** A page of the list of clients. */
export type ClientsQuery = {
	/** Only with this tag. */
	tag: string | null;
	/** How to sort. */
	sort: ClientSort;
	/** From this row. */
	offset: number;
	/** This many, 1 to 200. */
	limit: number;
};

/** How to sort clients. */
export type ClientSort = "name" | "created";

/** A page of clients. */
export type ClientPage = {
	/** The rows. */
	rows: ClientRow[];
	/** How many there are in all. */
	total: number;
};

/** A hit of the search, best first. */
export type SearchHit = {
	/** The client. */
	client: ClientRow;
	/** The pet that was meant, where one was. */
	pet_id: PetId | null;
};

/** The visits of a client or pet, newest first, by pages. */
export type VisitPage = {
	/** The visits. */
	visits: AppointmentCard[];
	/** To be given as `before` for the next page; none at the end. */
	next_before: Millis | null;
};

/** Two clients that may be one. */
export type DuplicatePair = {
	/** One. */
	first: ClientRow;
	/** The other. */
	second: ClientRow;
	/** What they share. */
	reason: DuplicateReason;
};

/** What two clients share. */
export type DuplicateReason = "phone" | "email" | "name_and_pet";

/** Merging one client into another: everything of `from_id` goes to `into_id`, and empty fields are filled. */
export type MergeInput = {
	/** Who stays. */
	into_id: ClientId;
	/** Who goes. */
	from_id: ClientId;
};

/** Telling a client of a change: queues a message, sent when the clinic has a channel for it. */
export type NotifyInput = {
	/** The visit it is about. */
	appointment_id: AppointmentId;
	/** The words, as shown to the person before. */
	body: string;
};

/** The clinic, as Settings shows and saves it. */
export type Clinic = ClinicDetails & {
	/** Its id. */
	id: ClinicId;
};

/** What can be edited of the clinic. */
export type ClinicDetails = {
	/** Name, 1 to 200 characters. */
	name: string;
	/** E-mail for clients to write to. */
	email: string | null;
	/** Phone, E.164 where it could be read. */
	phone: string | null;
	/** Web site, with `https://`. */
	website_url: string | null;
	/** Postal address. */
	address: string | null;
	/** IANA zone (`Europe/Madrid`). Every wall clock of the clinic is in it. */
	timezone: string;
	/** BCP 47 tag (`en-US`): dates, numbers, and the country that phone numbers without a prefix belong to. */
	locale: string;
	/** ISO 4217 code. */
	currency: string;
	/** Where happy (and unhappy) clients may leave a public review. */
	google_review_url: string | null;
};

/** What can be edited of a pet. */
export type PetDetails = {
	/** Name, 1 to 100 characters. */
	name: string;
	/** Species. */
	species: Species;
	/** Breed, up to 100 characters. */
	breed: string | null;
	/** Sex. */
	sex: Sex;
	/** Neutered; none: not known. */
	is_neutered: boolean | null;
	/** Born on. */
	born_on: string | null;
	/** Weight in grams, up to 2,000,000. */
	weight_grams: number | null;
	/** Colour and markings, up to 100 characters. */
	color: string | null;
	/** Microchip number (ISO 11784: 15 digits), up to 30 characters. */
	microchip: string | null;
	/** Allergies, up to 2,000 characters. */
	allergies: string | null;
	/** What everyone must know before touching it, up to 2,000 characters. */
	alerts: string | null;
	/** The day it died. Nothing automatic is sent for it from then on, and nothing is booked. */
	deceased_on: string | null;
};

/** A pet. */
export type Pet = PetDetails & {
	/** Its id. */
	id: PetId;
	/** Whose. */
	client_id: ClientId;
};

/** A pet's page. */
export type PetPage = {
	/** The pet. */
	pet: Pet;
	/** The client's full name. */
	client_name: string;
	/** The client's phone. */
	client_phone: string | null;
	/** Visits and records, newest first. */
	timeline: TimelineEntry[];
	/** Weights, oldest first. */
	weights: WeightPoint[];
};

/** An entry of a pet's timeline. */
export type TimelineEntry = { kind: "visit"; visit: AppointmentCard } | { kind: "record"; record: MedicalRecord };

/** An entry of a pet's history. */
export type MedicalRecord = {
	/** Its id. */
	id: RecordId;
	/** What it is. */
	record_kind: RecordKind;
	/** Title. */
	title: string;
	/** Text. */
	body: string | null;
	/** Grams, for a weight. */
	weight_grams: number | null;
	/** When. */
	recorded_at: Millis;
	/** When it is due again (vaccinations). */
	due_on: string | null;
	/** Who wrote it. */
	author_id: StaffId | null;
	/** The visit it belongs to. */
	appointment_id: AppointmentId | null;
};

/** A weight on a day. */
export type WeightPoint = {
	/** When. */
	recorded_at: Millis;
	/** Grams. */
	grams: number;
};

/** Writing down a weight; the pet's own weight follows. */
export type WeightInput = {
	/** Which pet. */
	pet_id: PetId;
	/** Grams, 1 to 2,000,000. */
	grams: number;
	/** When; none: now. */
	recorded_at: Millis | null;
	/** At which visit. */
	appointment_id: AppointmentId | null;
};

/** Some days of the board. */
export type ScheduleRange = {
	/** The clinic's zone. */
	timezone: string;
	/** The days, with where they begin and end: 23 to 25 hours. */
	days: DayBounds[];
	/** Who has hours or visits in these days, or is bookable. */
	staff_ids: StaffId[];
	/** Working time and its exceptions, for shading. */
	blocks: WorkBlock[];
	/** The visits that touch the range, by start. */
	appointments: AppointmentCard[];
};

/** A calendar day as instants. */
export type DayBounds = {
	/** The day. */
	date: string;
	/** Its first instant. */
	starts_at: Millis;
	/** The first instant of the next day. */
	ends_at: Millis;
};

/** What a stretch of time is for one member of staff. Outside of every block they are off. */
export type WorkBlock = {
	/** Whose. */
	staff_id: StaffId;
	/** From. */
	starts_at: Millis;
	/** To. */
	ends_at: Millis;
	/** What it is. */
	kind: WorkBlockKind;
	/** Why, where an override says. */
	reason: string | null;
};

/** What a stretch of time is. */
export type WorkBlockKind = "open" | "break" | "emergency_only" | "closed";

/** A day in the month's overview. */
export type MonthDay = {
	/** The day. */
	date: string;
	/** Visits that day, without cancelled and rescheduled ones. */
	visits: number;
	/** Of them, emergencies. */
	emergencies: number;
	/** Minutes booked. */
	booked_minutes: number;
	/** Minutes of working time. */
	open_minutes: number;
};

/** Where the program stands: decides which screen comes first. */
export type AppState = {
	/** The phase. */
	phase: Phase;
	/** The program's version. */
	version: string;
	/** The clinic, once its file is open. */
	clinic: Clinic | null;
	/** Who is signed in. */
	staff: Staff | null;
	/** Where the file lies, to be shown when something is wrong with it. */
	file: string;
	/** How the file's key is kept. */
	key_store: KeyStore | null;
	/** Whether the system's keychain passed its self-test. */
	is_keychain_ok: boolean;
	/** The last backup that was opened and checked. */
	last_backup_at: Millis | null;
	/** Why the last backup did not work. */
	backup_problem: Refusal | null;
	/** Minutes without a touch after which the desk locks; 0: never. */
	auto_lock_minutes: number;
	/** It is the demo clinic. */
	is_demo: boolean;
	/** A damaged file was set aside at this start and the backup of this time restored. */
	recovered: Recovery | null;
};

/** What happened to a damaged file. */
export type Recovery = {
	/** Where the damaged file lies now. */
	set_aside: string;
	/** When the backup was made that took its place. */
	backup_at: Millis;
};

/** Where the program stands. */
export type Phase = { name: "first_run" } | { name: "needs_passphrase" } | { name: "trouble"; refusal: Refusal } | { name: "signed_out" } | { name: "ready" };

/** How the key of the clinic's file is kept. */
export type KeyStore = "keychain" | "passphrase" | "file";

/** A new clinic. */
export type NewClinic = {
	/** Name, 1 to 200 characters. */
	name: string;
	/** IANA zone. */
	timezone: string;
	/** BCP 47 tag. */
	locale: string;
	/** ISO 4217 code. */
	currency: string;
	/** What it mostly is: chooses the services to start with. */
	kind: ClinicKind;
	/** The owner's first name. */
	owner_first_name: string;
	/** The owner's last name. */
	owner_last_name: string;
	/** The owner's e-mail. */
	owner_email: string | null;
	/** The owner's PIN, 4 to 12 digits; empty: none. */
	owner_pin: string | null;
	/** How to keep the file's key. */
	key_store: KeyStore;
	/** The passphrase, 12 characters or more, where it wraps the key. */
	passphrase: string | null;
};

/** What a clinic mostly is. */
export type ClinicKind = "vet" | "grooming" | "both";

/** A backup that can be restored. */
export type Backup = {
	/** Where it lies. */
	path: string;
	/** When it was made. */
	made_at: Millis;
	/** Bytes (fits a JavaScript number). */
	size_kib: number;
	/** Whether it was opened and checked after it was made. */
	is_verified: boolean;
};

/** A member of staff. */
export type Staff = StaffDetails & {
	/** Its id. */
	id: StaffId;
	/** Whether a PIN is set. Without one, a click signs in. */
	has_pin: boolean;
};

/** What can be edited of a member of staff. */
export type StaffDetails = {
	/** First name, 1 to 100 characters. */
	first_name: string;
	/** Last name, up to 100 characters. */
	last_name: string;
	/** E-mail. */
	email: string | null;
	/** What they are here. */
	role: Role;
	/** Colour of their column, `#rrggbb`, lower case. */
	color: string;
	/** Whether they work here now; others keep their history and lose their column. */
	is_active: boolean;
	/** Whether they have a column on the board (the owner who only looks has none). */
	is_bookable: boolean;
};

/** Somebody who may sign in at this desk: shown on the lock screen, so names and colours alone. */
export type SignInChoice = {
	/** Who. */
	id: StaffId;
	/** First name. */
	first_name: string;
	/** Last name. */
	last_name: string;
	/** Their role. */
	role: Role;
	/** Their colour. */
	color: string;
	/** Whether a PIN is asked for. */
	has_pin: boolean;
	/** No PIN is taken before this, after too many wrong ones. */
	locked_until: Millis | null;
};

/** A pause in a working time. */
export type Break = {
	/** From. */
	start: WallTime;
	/** To. */
	end: WallTime;
};

/** A weekly working time. */
export type WeeklyHours = {
	/** Its id; none for a new one. */
	id: ScheduleId | null;
	/** Whose. */
	staff_id: StaffId;
	/** Sunday = 0 … Saturday = 6. */
	day_of_week: number;
	/** From. */
	start: WallTime;
	/** To; 24:00 is the end of the day. */
	end: WallTime;
	/** First day it holds. */
	effective_from: string;
	/** Last day it holds; none: for good. */
	effective_until: string | null;
	/** Free times start on multiples of this many minutes after the start, 5 to 480. */
	slot_minutes: number;
	/** Minutes kept free after every visit, on top of the service's own. */
	buffer_minutes: number;
	/** Visits at the same time, 1 or more. */
	max_per_slot: number;
	/** Pauses. */
	breaks: Break[];
};

/** A deviation from the weekly hours. */
export type ScheduleOverride = {
	/** Its id; none for a new one. */
	id: OverrideId | null;
	/** Whose. */
	staff_id: StaffId;
	/** What it does. */
	kind: OverrideKind;
	/** The day, or the first of a recurrence. */
	on_date: string;
	/** From; none with `end` none: the whole day. */
	start: WallTime | null;
	/** To. */
	end: WallTime | null;
	/** Why, up to 500 characters. */
	reason: string | null;
	/** RFC 5545 rule without `DTSTART` (`FREQ=WEEKLY;BYDAY=FR;COUNT=10`). */
	recurrence: string | null;
};

/** A field that a column of a CSV file can be read into. */
export type ImportField = "first_name" | "last_name" | "full_name" | "email" | "phone" | "second_phone" | "street" | "city" | "region" | "postcode" | "country" | "notes" | "tags" | "external_id" | "pet_name" | "species" | "breed" | "sex" | "neutered" | "born_on" | "weight" | "color" | "microchip" | "allergies" | "alerts" | "deceased_on" | "custom" | "ignore";

/** The order of day, month and year in the file's dates. */
export type DateOrder = "year_month_day" | "day_month_year" | "month_day_year";

/** The unit of the file's weights. */
export type WeightUnit = "kilograms" | "pounds" | "grams";

/** How to read the file. */
export type ImportPlan = {
	/** The file. */
	path: string;
	/** `utf-8`, `windows-1252`, `utf-16le`, `utf-16be`. */
	encoding: string;
	/** The character between fields: `,` `;` tab or `|`. */
	delimiter: string;
	/** For each column, what it is. */
	columns: ImportField[];
	/** How its dates are written. */
	date_order: DateOrder;
	/** What its weights are in, where a cell does not say. */
	weight_unit: WeightUnit;
	/** What to do with a client that is here already. */
	on_duplicate: OnDuplicate;
};

/** What to do with a client that is here already. */
export type OnDuplicate = "fill_in" | "skip" | "create_anyway";

/** What the file looks like, with a plan as guessed. */
export type ImportPreview = {
	/** How it would be read; the person may change it and ask again. */
	plan: ImportPlan;
	/** The header's cells. */
	headers: string[];
	/** The first rows, as they stand. */
	sample: string[][];
	/** Rows without the header. */
	rows: number;
	/** Clients that would be made. */
	new_clients: number;
	/** Pets that would be made. */
	new_pets: number;
	/** Rows whose client is here already. */
	duplicates: number;
	/** The first of them. */
	duplicate_sample: ImportDuplicate[];
	/** Rows that cannot be read. */
	bad_rows: number;
	/** The first of them. */
	bad_sample: BadRow[];
	/** Dates that could be read in more than one order. */
	ambiguous_dates: number;
};

/** A row whose client is here already. */
export type ImportDuplicate = {
	/** Line in the file, the header being 1. */
	line: number;
	/** The name in the file. */
	name: string;
	/** The name here. */
	existing_name: string;
	/** What they share. */
	reason: DuplicateReason;
};

/** A row that cannot be read. */
export type BadRow = {
	/** Line in the file, the header being 1. */
	line: number;
	/** Why, as a code of the texts (`missing_name`, `bad_date`, …). */
	reason: string;
	/** The column it is about. */
	column: string | null;
	/** The cell as it stands. */
	cell: string | null;
};

/** How far a long work is. */
export type Progress = {
	/** What is done. */
	done: number;
	/** Of this many; 0: not known. */
	total: number;
};

/** What an import did. */
export type ImportReport = {
	/** Clients made. */
	clients: number;
	/** Pets made. */
	pets: number;
	/** Clients filled in. */
	updated: number;
	/** Rows left out because the client is here already. */
	skipped: number;
	/** Rows that could not be read. */
	bad_rows: number;
	/** Where they were written, with a column that says why. */
	bad_rows_file: string | null;
	/** The action to undo. */
	undo: ActionId | null;
};

/** What to export everything as. */
export type ExportFormat = "csv" | "json";

/** What an export wrote. */
export type ExportReport = {
	/** Where. */
	path: string;
	/** Rows, over all tables. */
	rows: number;
	/** Tables. */
	tables: number;
};

/** Somebody who waits for a time. */
export type WaitlistInput = {
	/** Who. */
	client_id: ClientId;
	/** Which pet. */
	pet_id: PetId | null;
	/** What for; none: anything. */
	service_id: ServiceId | null;
	/** With whom; none: anyone. */
	staff_id: StaffId | null;
	/** On which day; none: any. */
	requested_on: string | null;
	/** Not before. */
	earliest: WallTime | null;
	/** Starting no later than. */
	latest: WallTime | null;
	/** 0 usual, 1 soon, 2 urgent. */
	priority: number;
	/** Notes, up to 2,000 characters. */
	notes: string | null;
};

/** An entry of the waitlist. */
export type WaitlistEntry = WaitlistInput & {
	/** Its id. */
	id: WaitlistEntryId;
	/** Where it stands. */
	status: WaitlistStatus;
	/** The client's full name. */
	client_name: string;
	/** The client's phone. */
	client_phone: string | null;
	/** The pet's name. */
	pet_name: string | null;
	/** Since when they wait. */
	created_at: Millis;
};

/** An entry that fits a time that became free, best first. */
export type WaitlistMatch = {
	/** The entry. */
	entry: WaitlistEntry;
	/** The exact service was asked for. */
	is_exact_service: boolean;
	/** The exact day was asked for. */
	is_exact_day: boolean;
	/** This colleague was asked for. */
	is_exact_staff: boolean;
};

/** Which entries fit the time of a visit that was cancelled or moved away. */
export type WaitlistMatchQuery = {
	/** The visit whose time is free now. */
	appointment_id: AppointmentId;
	/** At the most this many. */
	limit: number;
};

/** After each write: the tables that changed. */
export type Changed = { tables: string[] };

/** How far a long work is. */
export type WorkProgress = { progress: Progress };

/** The program stands elsewhere now (lock, sign-in, backup). */
export type AppStateChanged = Record<string, never>;

/* Tauri Specta runtime */
async function typedError<T, E>(result: Promise<T>): Promise<{ status: "ok"; data: T } | { status: "error"; error: E }> {
    try {
        return { status: "ok", data: await result };
    } catch (e) {
        if (e instanceof Error) throw e;
        return { status: "error", error: e as any };
    }
}

type EventEmit<T> = [T] extends [null] ? () => Promise<void> : (payload: T) => Promise<void>;

type EventEmitTo<T> = [T] extends [null] ? (target: __TAURI_EVENT.EventTarget | string) => Promise<void> : (target: __TAURI_EVENT.EventTarget | string, payload: T) => Promise<void>;

function makeEvent<TListen, TEmit = TListen>(name: string, serialize?: (payload: TEmit) => unknown, deserialize?: (payload: any) => TListen) {
    const mapEvent = (cb: __TAURI_EVENT.EventCallback<TListen>) => (event: __TAURI_EVENT.Event<any>) => cb({ ...event, payload: deserialize ? deserialize(event.payload) : event.payload });
    const mapPayload = (payload: TEmit) => serialize ? serialize(payload) : payload;

    const base = {
        listen: (cb: __TAURI_EVENT.EventCallback<TListen>) => __TAURI_EVENT.listen(name, mapEvent(cb)),
        once: (cb: __TAURI_EVENT.EventCallback<TListen>) => __TAURI_EVENT.once(name, mapEvent(cb)),
        emit: ((payload: TEmit) => __TAURI_EVENT.emit(name, mapPayload(payload)) as unknown) as EventEmit<TEmit>,
        emitTo: ((to: __TAURI_EVENT.EventTarget | string, payload: TEmit) => __TAURI_EVENT.emitTo(to, name, mapPayload(payload)) as unknown) as EventEmitTo<TEmit>
    };

    const fn = (target: import("@tauri-apps/api/webview").Webview | import("@tauri-apps/api/window").Window) => ({
        listen: (cb: __TAURI_EVENT.EventCallback<TListen>) => target.listen(name, mapEvent(cb)),
        once: (cb: __TAURI_EVENT.EventCallback<TListen>) => target.once(name, mapEvent(cb)),
        emit: ((payload: TEmit) => target.emit(name, mapPayload(payload)) as unknown) as EventEmit<TEmit>,
        emitTo: ((to: __TAURI_EVENT.EventTarget | string, payload: TEmit) => target.emitTo(to, name, mapPayload(payload)) as unknown) as EventEmitTo<TEmit>
    });

    return Object.assign(fn, base);
}
