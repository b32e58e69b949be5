//! What the screens may ask for: a file an area, a few lines a command (parse, call, answer). What may be asked is listed here and in
//! `build.rs`; a test holds the two together.

mod app;
mod appointments;
mod backups;
mod clients;
mod clinic;
mod messages;
mod pets;
mod schedule;
mod sync;
mod transfer;
mod waitlist;

use petrel_domain::Refusal;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::events::{AppStateChanged, Changed, SyncChanged, WorkProgress};

/// What every command answers.
pub(crate) type Answer<T> = Result<T, Refusal>;

/// Every command and event, with its types.
pub fn builder() -> Builder<tauri::Wry> {
    Builder::new()
        .error_handling(ErrorHandlingMode::Result)
        // What goes in and what comes out have one shape: a missing field is written as null.
        .disable_serde_phases()
        .commands(collect_commands![
            app::app_state,
            app::create_clinic,
            app::create_demo_clinic,
            app::unlock_with_passphrase,
            app::retry_open,
            app::set_aside_file,
            app::dismiss_recovered,
            app::leave_clinic,
            app::set_recovery_passphrase,
            app::keep_key,
            app::reset_pin,
            app::sign_in_choices,
            app::sign_in,
            app::lock,
            app::touch,
            app::system_timezone,
            app::timezones,
            app::detect_keychain,
            app::desk_setting,
            app::set_desk_setting,
            app::draft,
            app::set_draft,
            app::undo,
            app::undo_offer,
            app::cancel_work,
            app::window_ready,
            backups::list_backups,
            backups::restore_backup,
            backups::backup_now,
            backups::make_derived_anew,
            backups::set_second_folder,
            clinic::clinic,
            clinic::save_clinic,
            clinic::staff,
            clinic::create_staff,
            clinic::save_staff,
            clinic::delete_staff,
            clinic::set_pin,
            clinic::services,
            clinic::create_service,
            clinic::save_service,
            clinic::delete_service,
            clinic::weekly_hours,
            clinic::save_weekly_hours,
            clinic::schedule_overrides,
            clinic::save_override,
            clinic::delete_override,
            schedule::schedule_range,
            schedule::month_overview,
            schedule::today_board,
            schedule::free_slots,
            schedule::print_day_sheet,
            appointments::appointment,
            appointments::book_appointment,
            appointments::move_appointment,
            appointments::reschedule_appointment,
            appointments::cancel_appointment,
            appointments::set_appointment_status,
            appointments::close_appointment,
            appointments::let_stand,
            appointments::set_picked_up,
            appointments::edit_appointment,
            appointments::rhythm_plan,
            appointments::set_rhythm,
            appointments::swap_choices,
            appointments::swap_appointments,
            appointments::visits_of_client,
            messages::notify_client,
            messages::write_to_client,
            messages::cancel_message,
            messages::messages_of_client,
            messages::messages_of_visit,
            clients::clients,
            clients::all_tags,
            clients::search,
            clients::client,
            clients::create_client,
            clients::save_client,
            clients::delete_client,
            clients::merge_clients,
            clients::possible_duplicates,
            pets::pet_page,
            pets::breeds,
            pets::create_pet,
            pets::save_pet,
            pets::delete_pet,
            pets::move_pet,
            pets::compare_pets,
            pets::merge_pets,
            pets::dismiss_same_pets,
            pets::record_weight,
            pets::correct_weight,
            pets::remove_weight,
            pets::record_death,
            transfer::preview_import,
            transfer::run_import,
            transfer::export_all,
            waitlist::waitlist,
            waitlist::add_to_waitlist,
            waitlist::save_waitlist_entry,
            waitlist::remove_from_waitlist,
            waitlist::waitlist_matches,
            waitlist::needs_attention,
            waitlist::dismiss_duplicate,
            sync::sync_state,
            sync::sync_now,
            sync::join_clinic,
            sync::resume_join,
            sync::discard_join,
            sync::connect_hub,
            sync::leave_hub,
            sync::hub_devices,
            sync::revoke_device,
            sync::new_device_code,
            sync::rebuild_desk,
            sync::rejected_changes,
            sync::resend_rejected,
            sync::discard_rejected,
            sync::export_rejected,
            sync::lost_values,
            sync::choose_value,
            sync::repaired_tables,
            sync::dismiss_repaired,
            sync::record_history,
            sync::record_history_here,
            sync::what_was_done,
            sync::keep_both,
        ])
        .events(collect_events![Changed, WorkProgress, AppStateChanged, SyncChanged])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// What `build.rs` declares.
    const DECLARED: &[&str] = &include!("../commands.in");

    #[test]
    fn what_is_collected_is_declared_and_granted_to_the_one_window_and_nothing_else_is() {
        let collected: BTreeSet<&str> = include_str!("commands.rs")
            .lines()
            .skip_while(|line| !line.contains("collect_commands!["))
            .skip(1)
            .take_while(|line| !line.contains("])"))
            .filter_map(|line| line.trim().trim_end_matches(',').split("::").nth(1))
            .collect();
        assert!(collected.len() > 60, "{}", collected.len());
        assert_eq!(collected, DECLARED.iter().copied().collect());
        let capability: serde_json::Value = serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
        assert_eq!(capability["windows"], serde_json::json!(["main"]));
        assert!(capability.get("remote").is_none(), "no page from elsewhere may call anything");
        let granted = capability["permissions"].as_array().unwrap().iter().filter_map(|permission| permission.as_str());
        let granted: BTreeSet<String> =
            granted.filter_map(|permission| permission.strip_prefix("allow-")).map(|name| name.replace('-', "_")).collect();
        assert_eq!(granted, DECLARED.iter().map(|name| (*name).to_owned()).collect());
    }
}
