//! What takes time, by when it begins, found by what it reaches into.

use uuid::Uuid;

/// A stretch of time and whose it is: from, until, and an id. In the order of their starts.
pub(super) type Span = (i64, i64, Uuid);

/// So many lie in one block at the most.
const BLOCK: usize = 128;

/// Spans in blocks, each of which knows how far its spans reach: those that are over before something begins are passed over a block at a time, whether
/// there are thousands at one hour or one that takes a month.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans {
    /// None of them empty, by their spans.
    blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
struct Block {
    spans: Vec<Span>,
    /// The last end of its spans.
    until: i64,
}

impl Block {
    fn of(spans: Vec<Span>) -> Self {
        let until = spans.iter().map(|(_, until, _)| *until).max().unwrap_or(i64::MIN);
        Self { spans, until }
    }
}

impl Spans {
    /// The block that a span lies in, or would.
    fn place(&self, span: &Span) -> usize {
        self.blocks.partition_point(|block| block.spans.last().is_some_and(|last| last < span))
    }

    pub(super) fn insert(&mut self, span: Span) {
        let place = self.place(&span).min(self.blocks.len().saturating_sub(1));
        let Some(block) = self.blocks.get_mut(place) else {
            self.blocks.push(Block::of(vec![span]));
            return;
        };
        let Err(within) = block.spans.binary_search(&span) else { return };
        block.spans.insert(within, span);
        block.until = block.until.max(span.1);
        if block.spans.len() > BLOCK {
            let rest = Block::of(block.spans.split_off(BLOCK / 2));
            *block = Block::of(std::mem::take(&mut block.spans));
            self.blocks.insert(place + 1, rest);
        }
    }

    pub(super) fn remove(&mut self, span: Span) {
        let place = self.place(&span);
        let Some(block) = self.blocks.get_mut(place) else { return };
        let Ok(within) = block.spans.binary_search(&span) else { return };
        block.spans.remove(within);
        if block.spans.is_empty() {
            self.blocks.remove(place);
        } else if block.until == span.1 {
            *block = Block::of(std::mem::take(&mut block.spans));
        }
    }

    /// Those that begin before an instant and end after another, in the order of their starts; each when it is asked for. `look` is told of every
    /// block and every span that is looked at.
    pub(super) fn between(&self, from: i64, until: i64, look: impl Fn() + Copy) -> impl Iterator<Item = Span> {
        let begins = move |block: &&Block| block.spans.first().is_some_and(|(start, ..)| *start < until);
        let blocks = self.blocks.iter().inspect(move |_| look()).take_while(begins).filter(move |block| block.until > from);
        let spans = blocks.flat_map(|block| &block.spans).inspect(move |_| look());
        spans.copied().filter(move |(start, end, _)| *start < until && *end > from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_found_as_asking_one_after_the_other_finds_them() {
        let mut random = 1_u64;
        let mut next = |below: i64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 33) as i64 % below
        };
        let (mut spans, mut all) = (Spans::default(), std::collections::BTreeSet::new());
        for round in 0..4_000 {
            let start = next(1_000);
            // Few are long; some end before they begin.
            let length = if next(50) == 0 { next(500) } else { next(9) - 2 };
            let span = (start, start + length, Uuid::from_u128(next(5).unsigned_abs().into()));
            // They come and go: first more come, then more go.
            if next(4) == i64::from(round > 2_000) {
                let some = all.iter().nth(next(all.len().max(1) as i64) as usize).copied();
                some.into_iter().for_each(|span| {
                    all.remove(&span);
                    spans.remove(span);
                });
            } else if round < 2_000 || next(3) == 0 {
                all.insert(span);
                spans.insert(span);
            }
            let (from, until) = (next(1_000), next(1_000));
            let found: Vec<Span> = spans.between(from, until, || {}).collect();
            let one_by_one: Vec<Span> = all.iter().filter(|(start, end, _)| *start < until && *end > from).copied().collect();
            assert_eq!(found, one_by_one, "round {round}, {from} to {until}");
        }
        all.into_iter().for_each(|span| spans.remove(span));
        assert!(spans.blocks.is_empty());
    }
}
