//! Another rhythm for visits that stand: which stay, which go to another date, which are new, and which go.

use chrono::NaiveDate;

/// What becomes of visits that stand, and which dates get new ones: places in the two lists that were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fitted {
    /// Visits that stand on a wanted date already.
    pub kept: Vec<usize>,
    /// Visits with the wanted date that each goes to.
    pub moved: Vec<(usize, usize)>,
    /// Wanted dates that get a new visit.
    pub added: Vec<usize>,
    /// Visits there is no date for.
    pub cancelled: Vec<usize>,
}

/// Fits visits that stand (by date) to the dates that are wanted (each once, in order). Whoever stands right stays: what was told of that date holds.
/// The others go to the dates that are left, in order; then there are either dates over or visits.
pub fn fit(standing: &[NaiveDate], wanted: &[NaiveDate]) -> Fitted {
    let mut fitted = Fitted::default();
    let mut is_filled = vec![false; wanted.len()];
    let mut left = Vec::new();
    for (visit, date) in standing.iter().enumerate() {
        match wanted.binary_search(date) {
            Ok(place) if !is_filled[place] => {
                is_filled[place] = true;
                fitted.kept.push(visit);
            }
            _ => left.push(visit),
        }
    }
    let mut left = left.into_iter();
    for place in (0..wanted.len()).filter(|place| !is_filled[*place]) {
        match left.next() {
            Some(visit) => fitted.moved.push((visit, place)),
            None => fitted.added.push(place),
        }
    }
    fitted.cancelled.extend(left);
    fitted
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    /// Dates so many weeks after a Monday.
    fn weeks(weeks: &[u64]) -> Vec<NaiveDate> {
        let first: NaiveDate = "2026-06-01".parse().unwrap();
        weeks.iter().map(|week| first + Days::new(week * 7)).collect()
    }

    #[test]
    fn whoever_stands_right_stays_and_the_others_fill_what_is_left_in_order() {
        let slower = fit(&weeks(&[4, 8, 12, 16]), &weeks(&[6, 12, 18, 24]));
        assert_eq!(slower, Fitted { kept: vec![2], moved: vec![(0, 0), (1, 2), (3, 3)], ..Fitted::default() });
        let half = fit(&weeks(&[1, 2, 3, 4]), &weeks(&[2, 4]));
        assert_eq!(half, Fitted { kept: vec![1, 3], cancelled: vec![0, 2], ..Fitted::default() });
        let longer = fit(&weeks(&[1, 2]), &weeks(&[1, 2, 3, 4]));
        assert_eq!(longer, Fitted { kept: vec![0, 1], added: vec![2, 3], ..Fitted::default() });
        let twice = fit(&weeks(&[1, 1]), &weeks(&[1]));
        assert_eq!(twice, Fitted { kept: vec![0], cancelled: vec![1], ..Fitted::default() }, "one a date");
        assert_eq!(fit(&[], &[]), Fitted::default());
    }

    #[test]
    fn every_date_gets_one_visit_and_every_visit_is_told_once() {
        for seed in 0_u64..400 {
            let pick = |salt: u64| (0..12).filter(move |n| (seed.wrapping_mul(2_654_435_761).wrapping_add(salt * 97) >> (n % 31)) & 1 == 1);
            let (standing, wanted) = (weeks(&pick(1).collect::<Vec<_>>()), weeks(&pick(5).collect::<Vec<_>>()));
            let fitted = fit(&standing, &wanted);
            let mut visits: Vec<usize> = fitted.kept.iter().chain(&fitted.cancelled).copied().collect();
            visits.extend(fitted.moved.iter().map(|(visit, _)| visit));
            visits.sort_unstable();
            assert_eq!(visits, (0..standing.len()).collect::<Vec<_>>(), "{standing:?} {wanted:?}");
            let mut dates: Vec<NaiveDate> = fitted.kept.iter().map(|visit| standing[*visit]).collect();
            dates.extend(fitted.moved.iter().map(|(_, place)| place).chain(&fitted.added).map(|place| wanted[*place]));
            dates.sort_unstable();
            assert_eq!(dates, wanted);
            assert!(fitted.added.is_empty() || fitted.cancelled.is_empty());
        }
    }
}
