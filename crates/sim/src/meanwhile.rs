//! What happens in the middle of a round: people go on working, other desks speak to the hub, and a desk dies before its answer comes.

use std::future::{Future, pending};
use std::pin::Pin;
use std::rc::Rc;

use anyhow::Result;
use petrel_sync::Hub;
use tokio::sync::{Mutex, Notify};

use crate::world::{Part, Shared, World, sync};

/// How many of a hundred times something happens.
const OFTEN: u8 = 30;

/// The world around a call of one desk.
pub(crate) struct Meanwhile<H> {
    world: Shared<H>,
    /// Whose call it is; none where that desk has no file yet.
    place: Option<usize>,
    /// Told when that desk dies.
    died: Rc<Notify>,
    /// Held by the one call that is on its way.
    pub(crate) turn: Mutex<()>,
}

/// What happens.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// Somebody works at a desk: at the one that waits for its answer, too.
    Edit(usize),
    /// Another desk speaks to the hub.
    Round(usize, Part),
    /// The desk that waits dies.
    Death,
}

impl<H: Hub + Clone> Meanwhile<H> {
    pub(crate) fn new(world: &Shared<H>, place: Option<usize>, died: &Rc<Notify>) -> Self {
        Self { world: Rc::clone(world), place, died: Rc::clone(died), turn: Mutex::new(()) }
    }

    /// Lets something happen, or nothing. Does not come back where the desk died.
    pub(crate) async fn goes_on(&self) {
        let Some(event) = draw(&mut self.world.borrow_mut(), self.place) else { return };
        if let Err(error) = self.happen(event).await {
            self.world.borrow_mut().failed.get_or_insert(error);
        }
    }

    /// By itself: a round of another desk is a round again.
    fn happen(&self, event: Event) -> Pin<Box<dyn Future<Output = Result<()>> + '_>> {
        Box::pin(async move {
            match event {
                Event::Edit(place) => {
                    let mut world = self.world.borrow_mut();
                    let mut rng = fork(&mut world);
                    world.edit(place, 1, &mut rng)
                }
                Event::Round(place, part) => {
                    let mut rng = fork(&mut self.world.borrow_mut());
                    sync(&self.world, place, part, true, || rng.bool()).await
                }
                Event::Death => {
                    self.died.notify_one();
                    pending().await
                }
            }
        })
    }
}

fn fork<H>(world: &mut World<H>) -> fastrand::Rng {
    world.crowd.as_mut().map_or_else(|| fastrand::Rng::with_seed(0), fastrand::Rng::fork)
}

fn draw<H: Hub + Clone>(world: &mut World<H>, place: Option<usize>) -> Option<Event> {
    let count = world.desks.len();
    let rng = world.crowd.as_mut()?;
    if rng.u8(0..100) >= OFTEN {
        return None;
    }
    let passed = rng.i64(0..5_000);
    let other = rng.usize(0..count);
    let what = rng.u8(0..20);
    world.tick(passed);
    match what {
        0..=6 => Some(Event::Edit(place.unwrap_or(other))),
        7..=9 => Some(Event::Edit(other)),
        10 => Some(Event::Death),
        // A desk has one line to the hub.
        _ if place == Some(other) => None,
        11..=15 => Some(Event::Round(other, Part::All)),
        _ => Some(Event::Round(other, Part::Sending)),
    }
}
