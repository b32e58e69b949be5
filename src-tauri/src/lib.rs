//! The desktop shell: the window, the commands its screens may call, the clinic's file and its key.
//!
//! - [`desk::Desk`] is the one state: which file is open, who sits here. Every command asks it.
//! - `commands` holds a file an area; a command parses, calls and answers.
//! - Nothing here decides anything about the clinic: rules are the domain's, rights are asked in the store.

pub mod bindings;
mod commands;
pub mod desk;
pub mod events;
pub mod folder;
mod housekeeping;
pub mod keys;
mod logging;
pub mod window;
mod zones;

use std::sync::Arc;

use petrel_domain::SystemClock;
use tauri::{App, AppHandle, Manager, RunEvent};
use tauri_plugin_window_state::StateFlags;

use desk::Desk;
use folder::Folder;
use keys::Keys;

/// Commands that are answered at the same time, also on a computer with few cores: one that waits for the file to be free (an
/// import is writing) must not keep the others from being answered.
const COMMANDS_AT_ONCE: usize = 8;

/// Runs the program until its window is closed.
///
/// # Errors
/// What the system says where it gives no window.
pub fn run() -> tauri::Result<()> {
    #[cfg(unix)]
    leave_no_core();
    #[cfg(target_os = "linux")]
    {
        collect_all();
        draw_without_card();
        find_display()?;
    }
    let commands = commands::builder();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(COMMANDS_AT_ONCE).enable_all().build()?;
    tauri::async_runtime::set(runtime.handle().clone());
    let app = tauri::Builder::default()
        // First: a second start hands over to the first and ends before it touches anything.
        .plugin(single_instance())
        .plugin(tauri_plugin_window_state::Builder::new().with_state_flags(StateFlags::all() - StateFlags::VISIBLE).build())
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(commands.invoke_handler())
        .setup(move |app| {
            commands.mount_events(app);
            Ok(set_up(app)?)
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| match event {
        RunEvent::ExitRequested { code: None, api, .. } => {
            api.prevent_exit();
            close(app);
        }
        // macOS ends a program whose menu says so without asking. What was closed already is closed in no time.
        RunEvent::Exit => {
            if let Some(desk) = app.try_state::<Desk>() {
                desk.close();
            }
        }
        _ => {}
    });
    Ok(())
}

/// A crash writes no picture of the memory, in which the file's key lies, to disk; what is started from here keeps to that, too.
#[cfg(unix)]
fn leave_no_core() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    if let Err(error) = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }) {
        tracing::warn!(%error, "a crash may write the memory to disk");
    }
}

/// GTK by itself panics where there is no display.
#[cfg(target_os = "linux")]
fn find_display() -> tauri::Result<()> {
    let none = "there is no display to open a window on. Start it in a desktop session, or inside of xvfb-run.";
    gtk::init().map_err(|_| std::io::Error::other(none).into())
}

/// Has WebKitGTK's collector look at everything each time. By itself it looked at what is young alone: after 640 steps from day to
/// day, 120 MB were kept of which 13 were in use. The pauses are some milliseconds either way. A process of its own draws the window and reads
/// this when it starts; what is set already stands.
#[cfg(target_os = "linux")]
fn collect_all() {
    tell("JSC_useGenerationalGC", "0");
}

/// Where there is no graphics card (a virtual computer, a remote desktop), has WebKitGTK draw straight into the window. By itself it
/// composed layers there as a card would, by the processor: a day of 300 visits took it three times as long, and the page twice the memory.
/// Nor does this process look for a card then, by which it would load what draws without one (LLVM): 20 MB for nothing. GTK by itself looks for one
/// where it is the first of its kind on the display, to choose among the display's depths. What is set already stands.
#[cfg(target_os = "linux")]
fn draw_without_card() {
    if !has_card() {
        tell("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
        tell("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        tell("WEBKIT_WEB_RENDER_DEVICE_FILE", "/dev/null");
        tell("GDK_GL", "disable");
    }
}

/// Sets something for GTK and WebKitGTK's processes, where it is not set already.
#[cfg(target_os = "linux")]
fn tell(name: &str, value: &str) {
    if let Err(error) = glib::setenv(name, value, false) {
        tracing::warn!(%error, name, "the window is left as it is");
    }
}

/// Whether the kernel names a card that draws: a render node of its own drivers, or Nvidia's, which can be there without one.
#[cfg(target_os = "linux")]
fn has_card() -> bool {
    let is_node = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("renderD");
    std::path::Path::new("/dev/nvidiactl").exists() || std::fs::read_dir("/dev/dri").is_ok_and(|nodes| nodes.flatten().any(is_node))
}

/// One program a user; on Linux one a folder: another folder (a demo clinic, a test) is another desk there.
fn single_instance() -> tauri::plugin::TauriPlugin<tauri::Wry> {
    let builder = tauri_plugin_single_instance::Builder::new().callback(|app, _, _| window::focus(app));
    #[cfg(target_os = "linux")]
    let builder = match std::env::var("PETREL_DATA_DIR") {
        Ok(folder) => builder.dbus_id(format!("app.petrel.desk.d{}", petrel_domain::natural_id("folder", &[folder.as_bytes()]).simple())),
        Err(_) => builder,
    };
    builder.build()
}

fn set_up(app: &App) -> tauri::Result<()> {
    // On Windows the other one travels with the account from computer to computer: two of them would be one desk, and the clinic would be copied at every
    // start. Elsewhere the two are one.
    let platform = app.path().app_local_data_dir()?;
    let folder = Folder::chosen(|| platform);
    logging::start(&folder);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "start");
    let service = std::env::var("PETREL_KEYRING_SERVICE").unwrap_or_else(|_| "app.petrel.desk".to_owned());
    let keys = Keys::new(service, folder.keys());
    let handle = app.handle().clone();
    let desk = Desk::new(folder, keys, Arc::new(SystemClock), move |news| news.emit(&handle));
    desk.open_in_background();
    housekeeping::start(desk.clone());
    app.manage(desk);
    window::open(app.handle())
}

/// Ends the program: the window goes at once, the last backup and the file's closing take the time they need. Whoever started it again meanwhile gets it
/// then.
fn close(app: &AppHandle) {
    let app = app.clone();
    std::thread::spawn(move || {
        app.state::<Desk>().close();
        let is_wanted_again = window::is_wanted_again();
        tracing::info!(is_wanted_again, "end");
        if is_wanted_again {
            app.request_restart();
        } else {
            app.exit(0);
        }
    });
}

#[cfg(all(test, unix))]
mod tests {
    #[test]
    fn a_crash_leaves_no_picture_of_the_memory() {
        super::leave_no_core();
        let limit = rustix::process::getrlimit(rustix::process::Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
    }
}
