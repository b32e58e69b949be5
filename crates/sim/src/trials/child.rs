//! A process that is watched, and killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::Ground;

/// A part that this program plays, in a process of its own. It is killed where it is dropped.
pub(super) struct Player<R> {
    child: Child,
    lines: std::io::Lines<BufReader<R>>,
}

impl<R> Drop for Player<R> {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts this program as a desk. What it says comes line by line.
pub(super) fn desk(ground: &Ground, arguments: &[String]) -> Result<Player<ChildStdout>> {
    desk_at(ground, arguments, None)
}

/// The same of one that dies by itself: at a named moment (`petrel_store::WORK_MOMENTS`), the nth time that it comes to it.
pub(super) fn desk_that_dies(ground: &Ground, arguments: &[String], moment: &str, time: u32) -> Result<Player<ChildStdout>> {
    desk_at(ground, arguments, Some(format!("{moment}:{time}")))
}

fn desk_at(ground: &Ground, arguments: &[String], dies_at: Option<String>) -> Result<Player<ChildStdout>> {
    let mut child = start(ground, "desk", arguments, dies_at, Stdio::piped(), Stdio::inherit())?;
    let said = child.stdout.take().context("a desk that says nothing")?;
    Ok(Player { child, lines: BufReader::new(said).lines() })
}

/// Starts this program as the hub. Its log comes line by line.
pub(super) fn hub(ground: &Ground, arguments: &[String]) -> Result<Player<ChildStderr>> {
    let mut child = start(ground, "hub", arguments, None, Stdio::null(), Stdio::piped())?;
    let said = child.stderr.take().context("a hub without a log")?;
    Ok(Player { child, lines: BufReader::new(said).lines() })
}

fn start(ground: &Ground, part: &str, arguments: &[String], dies_at: Option<String>, out: Stdio, err: Stdio) -> Result<Child> {
    let mut command = Command::new(&ground.program);
    command.envs(dies_at.map(|moment| ("PETREL_DIES_AT", moment)));
    command.arg(part).args(arguments).stdin(Stdio::null()).stdout(out).stderr(err);
    command.spawn().with_context(|| ground.program.display().to_string())
}

impl<R: std::io::Read> Player<R> {
    /// What it says next; none where it has ended.
    pub(super) fn next(&mut self) -> Option<String> {
        self.lines.next()?.ok()
    }

    /// Waits until it says something that holds these words.
    pub(super) fn wait_for(&mut self, words: &str) -> Result<()> {
        let mut said = Vec::new();
        while let Some(line) = self.next() {
            if line.contains(words) {
                return Ok(());
            }
            said.push(line);
        }
        bail!("it ended without having said {words:?}: {said:?}")
    }

    /// Kills it (SIGKILL). Answers what it had said before it died.
    pub(super) fn kill(&mut self) -> Result<Vec<String>> {
        self.child.kill()?;
        self.child.wait()?;
        // The pipe keeps what was written into it.
        Ok(std::iter::from_fn(|| self.next()).collect())
    }

    /// Waits until it has ended by itself. Answers whether that was an early death, and what it said.
    pub(super) fn ended(&mut self) -> Result<(bool, Vec<String>)> {
        let said = std::iter::from_fn(|| self.next()).collect();
        Ok((self.child.wait()?.code().is_none(), said))
    }

    /// Whether it is still alive.
    pub(super) fn is_alive(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }
}

/// Lets a moment pass, of a length that nobody knows beforehand: that is what makes a kill hit anywhere. Nothing waits for anything here.
pub(super) fn a_moment(rng: &mut fastrand::Rng, at_most: Duration) {
    let micros = u64::try_from(at_most.as_micros()).unwrap_or(u64::MAX);
    std::thread::sleep(Duration::from_micros(rng.u64(0..=micros)));
}
