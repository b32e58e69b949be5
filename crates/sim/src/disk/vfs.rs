//! The layer itself: SQLite's VFS interface, before the system's own. Source: sqlite.org, "The SQLite OS Interface".
//!
//! A file here is a header of ours and, behind it in the same piece of memory, the file of the system's layer. Every call looks whether the disk
//! refuses it, notes it, and passes it on. Shared memory is passed on unseen: it is memory, and gone when the power is.
#![allow(unsafe_code, reason = "SQLite calls through C pointers; each block says why what it does is allowed")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::size_of;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::{Result, ensure};
use rusqlite::ffi;

use super::{Asked, Disk, Event, Failure, disk_of};

/// The name under which the layer is known to SQLite.
const NAME: &CStr = c"petrel-faults";

/// Our part of an open file. `base` comes first: SQLite sees the whole as a `sqlite3_file`.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    /// Where it lies, if that is watched. Made by `Box::into_raw` in `open`, taken back in `close`.
    place: *mut Place,
}

struct Place {
    disk: Arc<Disk>,
    file: String,
}

/// The system's layer: registered by SQLite itself, for as long as the process lives.
#[derive(Clone, Copy)]
struct System(*mut ffi::sqlite3_vfs);

// SAFETY: SQLite's own layer is immutable once it is registered, and may be called from any thread.
unsafe impl Send for System {}
// SAFETY: as above.
unsafe impl Sync for System {}

static SYSTEM: OnceLock<Option<System>> = OnceLock::new();

/// Puts the layer before the system's, once; from then on every file that is opened passes through it.
pub(super) fn install() -> Result<()> {
    ensure!(SYSTEM.get_or_init(register).is_some(), "SQLite takes no layer");
    Ok(())
}

fn register() -> Option<System> {
    // SAFETY: both calls may be made at any time; a null name asks for the default layer, which lives as long as the process.
    let system = unsafe {
        if ffi::sqlite3_initialize() != ffi::SQLITE_OK {
            return None;
        }
        ffi::sqlite3_vfs_find(std::ptr::null())
    };
    if system.is_null() {
        return None;
    }
    // SAFETY: it points to a valid layer, whose fields are plain values and function pointers. What is copied works on the copy, as those
    // functions use nothing of the layer but `pAppData`, which is copied, too.
    let mut layer = unsafe { *system };
    layer.zName = NAME.as_ptr();
    layer.pNext = std::ptr::null_mut();
    layer.szOsFile += size_of::<File>() as c_int;
    layer.xOpen = Some(open);
    layer.xDelete = Some(delete);
    // SAFETY: the layer is leaked, so it lives as long as SQLite may use it.
    let code = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(layer)), 1) };
    (code == ffi::SQLITE_OK).then_some(System(system))
}

fn system() -> *mut ffi::sqlite3_vfs {
    // Nothing is opened through the layer before it is registered.
    SYSTEM.wait().map_or(std::ptr::null_mut(), |system| system.0)
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // The second version: shared memory, and no mapped pages, which would be read past this layer.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The system's file behind ours.
///
/// # Safety
/// `file` was given to `open`, in memory of `szOsFile` bytes.
unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: the memory holds our header and the system's file after it; the header's size keeps the alignment of pointers.
    unsafe { file.cast::<u8>().add(size_of::<File>()).cast() }
}

/// Where a file lies, if that is watched.
///
/// # Safety
/// `file` is open.
unsafe fn place<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a Place> {
    // SAFETY: an open file's header is whole, and its place lives until it is closed.
    unsafe { (*file.cast::<File>()).place.as_ref() }
}

/// The code for a refusal.
fn code(failure: Failure, kind: c_int) -> c_int {
    if failure == Failure::Full { ffi::SQLITE_FULL } else { kind }
}

/// Calls a method of the system's file.
macro_rules! pass {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        // SAFETY: SQLite calls methods on open files only; the system's file behind ours was opened by its own layer and has its methods.
        unsafe {
            let real = real($file);
            match (*(*real).pMethods).$method {
                Some(method) => method(real $(, $argument)*),
                None => ffi::SQLITE_IOERR,
            }
        }
    }};
}

/// Returns the code where the disk refuses; answers the place otherwise.
macro_rules! ask {
    ($file:expr, $asked:expr, $kind:expr) => {{
        // SAFETY: SQLite calls methods on open files only.
        let place = unsafe { place($file) };
        if let Some(failure) = place.and_then(|place| place.disk.refuses($asked)) {
            return code(failure, $kind);
        }
        place
    }};
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives memory of `szOsFile` bytes; a file without methods is one that is not open.
    unsafe { (*file).pMethods = std::ptr::null() };
    // SAFETY: a name is null (a temporary file) or ends with a zero, and lives longer than this call.
    let path = unsafe { path_of(name) };
    let found = path.and_then(disk_of);
    let is_new = path.is_some_and(|path| !path.exists());
    if let Some((disk, _)) = &found
        // An empty file needs no room.
        && let Some(failure) = disk.refuses(Asked::Other)
    {
        return code(failure, ffi::SQLITE_CANTOPEN);
    }
    let system = system();
    // SAFETY: the system's layer is valid and opens its file in its part of the memory; a failed one may leave methods there that SQLite must
    // not see, as it is ours that it looks at.
    let opened = unsafe {
        match (*system).xOpen {
            Some(method) => method(system, name, real(file), flags, out),
            None => ffi::SQLITE_CANTOPEN,
        }
    };
    if opened != ffi::SQLITE_OK {
        return opened;
    }
    let place = found.map_or(std::ptr::null_mut(), |(disk, file)| {
        let is_journal = flags & (ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL) != 0;
        disk.note(|| Event::Opened { file: file.clone(), is_new, is_journal });
        Box::into_raw(Box::new(Place { disk, file }))
    });
    // SAFETY: the header is ours to fill; the methods are a static.
    unsafe {
        (*file.cast::<File>()).place = place;
        (*file).pMethods = &raw const METHODS;
    }
    opened
}

/// # Safety
/// `name` is null or ends with a zero, and lives as long as what is answered.
unsafe fn path_of<'a>(name: *const c_char) -> Option<&'a Path> {
    if name.is_null() {
        return None;
    }
    // SAFETY: as promised above.
    unsafe { CStr::from_ptr(name) }.to_str().ok().map(Path::new)
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: SQLite gives a name that ends with a zero.
    let found = unsafe { path_of(name) }.and_then(disk_of);
    if let Some((disk, _)) = &found
        && let Some(failure) = disk.refuses(Asked::Other)
    {
        return code(failure, ffi::SQLITE_IOERR_DELETE);
    }
    let system = system();
    // SAFETY: the system's layer is valid, and the name is passed on as it came.
    let deleted = unsafe {
        match (*system).xDelete {
            Some(method) => method(system, name, sync_folder),
            None => ffi::SQLITE_IOERR_DELETE,
        }
    };
    if deleted == ffi::SQLITE_OK
        && let Some((disk, file)) = found
    {
        disk.note(|| Event::Removed { file, is_lasting: sync_folder != 0 });
    }
    deleted
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes an open file once; its place was made by `Box::into_raw` and is not used after this.
    unsafe {
        let place = std::mem::replace(&mut (*file.cast::<File>()).place, std::ptr::null_mut());
        if !place.is_null() {
            drop(Box::from_raw(place));
        }
    }
    pass!(file, xClose)
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, count: c_int, at: i64) -> c_int {
    ask!(file, Asked::Read, ffi::SQLITE_IOERR_READ);
    pass!(file, xRead, into, count, at)
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, count: c_int, at: i64) -> c_int {
    let place = ask!(file, Asked::Write, ffi::SQLITE_IOERR_WRITE);
    let written = pass!(file, xWrite, from, count, at);
    if let (ffi::SQLITE_OK, Some(Place { disk, file }), Ok(count), Ok(at)) = (written, place, usize::try_from(count), usize::try_from(at)) {
        disk.note(|| {
            // SAFETY: SQLite gives `count` bytes to be written.
            let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), count) }.to_vec();
            Event::Written { file: file.clone(), at, bytes }
        });
    }
    written
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let place = ask!(file, Asked::Other, ffi::SQLITE_IOERR_TRUNCATE);
    let cut = pass!(file, xTruncate, size);
    if let (ffi::SQLITE_OK, Some(Place { disk, file }), Ok(size)) = (cut, place, usize::try_from(size)) {
        disk.note(|| Event::Sized { file: file.clone(), size });
    }
    cut
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    let place = ask!(file, Asked::Other, ffi::SQLITE_IOERR_FSYNC);
    let synced = pass!(file, xSync, flags);
    if let (ffi::SQLITE_OK, Some(Place { disk, file })) = (synced, place) {
        disk.note(|| Event::Synced { file: file.clone() });
    }
    synced
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    pass!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    pass!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    pass!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    pass!(file, xCheckReservedLock, out)
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, op: c_int, argument: *mut c_void) -> c_int {
    pass!(file, xFileControl, op, argument)
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    pass!(file, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    pass!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(file: *mut ffi::sqlite3_file, page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int {
    // SAFETY: SQLite calls methods on open files only.
    let place = unsafe { place(file) };
    if extend != 0 && place.is_some_and(|place| place.disk.refuses(Asked::Write).is_some()) {
        // What the system's layer answers where the disk is full, too.
        return ffi::SQLITE_IOERR_SHMSIZE;
    }
    pass!(file, xShmMap, page, size, extend, out)
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    pass!(file, xShmLock, offset, count, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: as in `pass!`; this method alone answers nothing.
    unsafe {
        let real = real(file);
        if let Some(method) = (*(*real).pMethods).xShmBarrier {
            method(real);
        }
    }
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, remove: c_int) -> c_int {
    pass!(file, xShmUnmap, remove)
}
