//! Which changes can be made one without the other.
//!
//! In: how many changes there are, and whether a model with some of them made is valid. Out: groups of changes, each
//! made as a whole. A formula that names a new input needs it; an input that changes its dimension needs what
//! calculates with it.

/// With more groups than this not every set of them is looked at: they are made one after the other.
pub(super) const MOST_EXACT: usize = 5;

/// Finds the groups, each in ascending order, the groups by their first members. The model with all changes is valid.
pub(super) fn groups(count: usize, is_valid: &mut dyn FnMut(&[bool]) -> bool) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = (0..count).map(|change| vec![change]).collect();
    let mut check = Check { count, is_valid };
    let mut at = 0;
    while at < groups.len() {
        if check.holds(&groups, &[at]) {
            at += 1;
        } else {
            let needed = check.least(&groups, &[at]);
            // Groups before it are valid alone, and the joined one is as well: it is where the first of it was.
            at = needed[0];
            join(&mut groups, &needed);
        }
    }
    while let Some(needed) = check.first_conflict(&groups) {
        join(&mut groups, &needed);
    }
    groups
}

/// Makes one group of several, in the place of the first.
fn join(groups: &mut Vec<Vec<usize>>, which: &[usize]) {
    let mut joined = Vec::new();
    for &position in which.iter().rev() {
        joined.extend(groups.remove(position));
    }
    joined.sort_unstable();
    groups.push(joined);
    groups.sort_unstable_by_key(|group| group[0]);
}

struct Check<'a> {
    count: usize,
    is_valid: &'a mut dyn FnMut(&[bool]) -> bool,
}

impl Check<'_> {
    /// Whether the model with some of the groups made is valid.
    fn holds(&mut self, groups: &[Vec<usize>], which: &[usize]) -> bool {
        let mut made = vec![false; self.count];
        which.iter().flat_map(|&group| &groups[group]).for_each(|&change| made[change] = true);
        (self.is_valid)(&made)
    }

    /// A set of groups around some that is valid, and of which none can be left out.
    fn least(&mut self, groups: &[Vec<usize>], around: &[usize]) -> Vec<usize> {
        let mut kept: Vec<usize> = (0..groups.len()).collect();
        let mut chunk = groups.len().div_ceil(2);
        loop {
            let spare = |kept: &[usize]| -> Vec<usize> {
                kept.iter().copied().filter(|group| !around.contains(group)).collect()
            };
            let mut has_shrunk = false;
            for part in spare(&kept).chunks(chunk.max(1)) {
                let rest: Vec<usize> =
                    kept.iter().copied().filter(|group| !part.contains(group)).collect();
                if self.holds(groups, &rest) {
                    kept = rest;
                    has_shrunk = true;
                }
            }
            if chunk <= 1 && !has_shrunk {
                return kept;
            }
            chunk = (chunk / 2).max(1);
        }
    }

    /// Groups that cannot be made as is wanted, with what they need: any set of few of them, each after the other of
    /// many.
    fn first_conflict(&mut self, groups: &[Vec<usize>]) -> Option<Vec<usize>> {
        let sets: Vec<Vec<usize>> = if groups.len() <= MOST_EXACT {
            let members = |set: u32| (0..groups.len()).filter(|i| (set >> i) & 1 == 1).collect();
            (1..1_u32 << groups.len()).map(members).collect()
        } else {
            (1..=groups.len()).map(|count| (0..count).collect()).collect()
        };
        let is_exact = groups.len() <= MOST_EXACT;
        for set in sets {
            if self.holds(groups, &set) {
                continue;
            }
            let needed = self.least(groups, &set);
            // Of many, the last of those made so far needs what was not made yet.
            let last = set.last().copied();
            return Some(match last.filter(|_| !is_exact) {
                Some(last) => needed.into_iter().filter(|group| *group >= last).collect(),
                None => needed,
            });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `needs` are pairs: the first change needs the second.
    #[track_caller]
    fn check(count: usize, needs: &[(usize, usize)], expected: &[&[usize]]) {
        let mut is_valid =
            |made: &[bool]| needs.iter().all(|&(change, other)| !made[change] || made[other]);
        assert_eq!(groups(count, &mut is_valid), expected);
    }

    #[test]
    fn changes_that_need_each_other_are_one() {
        check(0, &[], &[]);
        check(3, &[], &[&[0], &[1], &[2]]);
        check(3, &[(2, 0)], &[&[0, 2], &[1]]);
        check(4, &[(3, 1), (1, 2)], &[&[0], &[1, 2, 3]]);
        check(7, &[(6, 0)], &[&[0, 6], &[1], &[2], &[3], &[4], &[5]]);
    }

    #[test]
    fn changes_that_exclude_each_other_are_one_with_what_reconciles_them() {
        // 0 and 1 together need 2, as of three correlations.
        let mut is_valid = |made: &[bool]| !(made[0] && made[1]) || made[2];
        assert_eq!(groups(4, &mut is_valid), [vec![0, 1, 2], vec![3]]);
        let mut is_valid = |made: &[bool]| !(made[0] && made[1]) || made[6];
        let found = groups(8, &mut is_valid);
        assert_eq!(found, [vec![0], vec![1, 6], vec![2], vec![3], vec![4], vec![5], vec![7]]);
    }
}
