//! Designs: how the trials of a run are divided into independent replicates.
//!
//! In: a design and how many trials are asked for. Out: a [`Layout`], which says how many trials are run, in
//! which replicates and blocks, and where a trial of a given number is. `random` is one replicate that may be
//! cut anywhere. `latin` and `sobol` are 16 replicates, randomized independently of each other: what they find
//! differs by chance alone, so that their spread tells the error of their mean, whatever the design does inside
//! a replicate (A. B. Owen, *Monte Carlo theory, methods and examples*, 2013, 17.7). Not here: the numbers
//! themselves ([`super::source`]), and what is made of the replicates (`results`).

use super::stream::BLOCK;

/// Replicates of a designed run.
pub const REPLICATES: u64 = 16;

/// How uniform numbers are laid out over the trials of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Design {
    /// Independent draws.
    #[default]
    Random,
    /// Latin hypercubes: every input is drawn once from each of as many equal strata as there are trials.
    Latin,
    /// Sobol' points with Owen's scrambling: all inputs together fill the unit cube evenly.
    Sobol,
}

impl Design {
    /// Its name: `random`, `latin`, `sobol`.
    pub fn name(self) -> &'static str {
        match self {
            Design::Random => "random",
            Design::Latin => "latin",
            Design::Sobol => "sobol",
        }
    }

    /// Whether its runs consist of replicates.
    pub fn is_replicated(self) -> bool {
        match self {
            Design::Random => false,
            Design::Latin | Design::Sobol => true,
        }
    }
}

/// The trials of a run, replicate by replicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    design: Design,
    trials: u64,
    replicates: u64,
    /// The first replicates, that have a trial more than the others.
    larger: u64,
}

/// One replicate of a run. Trials are numbered through; so are blocks, but that no block is of two replicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replicate {
    /// Its number, from 0.
    pub number: u64,
    /// Its first block.
    pub first_block: u64,
    /// Its trials.
    pub trials: u64,
}

/// Where a trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its replicate.
    pub replicate: u64,
    /// Its block.
    pub block: u64,
    /// Its lane in the block.
    pub lane: usize,
}

impl Layout {
    /// The layout of a run for which at least one trial is asked. Sobol' points come in powers of two: they are
    /// more where what is asked for is none.
    pub fn new(design: Design, asked: u64) -> Layout {
        let asked = asked.max(1);
        let (trials, replicates) = match design {
            Design::Random => (asked, 1),
            Design::Latin => (asked, REPLICATES.min(asked)),
            Design::Sobol => (asked.max(REPLICATES).next_power_of_two(), REPLICATES),
        };
        Layout { design, trials, replicates, larger: trials % replicates }
    }

    /// The same run with so many further replicates of a design, each of as many trials as its smallest: those that are
    /// there stay as they are. Independent trials have no replicates, and stay as many.
    #[must_use]
    pub fn extended(self, more: u64) -> Layout {
        match self.design {
            Design::Random => self,
            Design::Latin | Design::Sobol => Layout {
                trials: self.trials + more * self.least(),
                replicates: self.replicates + more,
                ..self
            },
        }
    }

    /// Trials of the smallest replicate.
    fn least(&self) -> u64 {
        (self.trials - self.larger) / self.replicates
    }

    /// The design.
    pub fn design(&self) -> Design {
        self.design
    }

    /// Trials in all.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Trials of the largest replicate; the smallest has at most one less.
    pub fn most_in_a_replicate(&self) -> u64 {
        self.least() + u64::from(self.larger > 0)
    }

    /// The replicates in order.
    pub fn replicates(&self) -> impl Iterator<Item = Replicate> + use<> {
        let layout = *self;
        (0..self.replicates).map(move |number| layout.replicate(number))
    }

    /// The replicate of this number.
    pub fn replicate(&self, number: u64) -> Replicate {
        let (least, more) = (self.least(), self.larger);
        Replicate {
            number,
            first_block: number * self.most_in_a_replicate().div_ceil(BLOCK as u64),
            trials: least + u64::from(number < more),
        }
    }

    /// Where a trial is.
    pub fn place(&self, trial: u64) -> Place {
        let (least, more) = (self.least(), self.larger);
        let in_larger = more * (least + 1);
        let (number, index) = match self.design {
            Design::Random => (0, trial),
            Design::Latin | Design::Sobol if trial < in_larger => {
                (trial / (least + 1), trial % (least + 1))
            }
            Design::Latin | Design::Sobol => {
                (more + (trial - in_larger) / least, (trial - in_larger) % least)
            }
        };
        Place {
            replicate: number,
            block: self.replicate(number).first_block + index / BLOCK as u64,
            lane: (index % BLOCK as u64) as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicates_make_up_the_run() {
        for design in [Design::Random, Design::Latin, Design::Sobol] {
            let asked = [1, 5, 16, 17, 1000, 8192, 62_500 * 16, 1_000_003];
            let layouts = asked.map(|asked| Layout::new(design, asked));
            for layout in layouts.iter().flat_map(|layout| [*layout, layout.extended(5)]) {
                let replicates: Vec<Replicate> = layout.replicates().collect();
                assert_eq!(replicates.iter().map(|one| one.trials).sum::<u64>(), layout.trials());
                for pair in replicates.windows(2) {
                    let blocks = pair[0].trials.div_ceil(BLOCK as u64);
                    assert!(pair[0].first_block + blocks <= pair[1].first_block);
                    assert!(pair[0].trials - pair[1].trials <= 1);
                }
            }
        }
    }

    #[test]
    fn places_run_through_the_blocks_in_order() {
        for layout in [
            Layout::new(Design::Random, 2000),
            Layout::new(Design::Latin, 16 * 700 + 5),
            Layout::new(Design::Latin, 16 * 700 + 5).extended(2),
            Layout::new(Design::Sobol, 16 * 1024),
        ] {
            let mut expected = layout.replicates().flat_map(|replicate| {
                (0..replicate.trials).map(move |index| Place {
                    replicate: replicate.number,
                    block: replicate.first_block + index / BLOCK as u64,
                    lane: (index % BLOCK as u64) as usize,
                })
            });
            for trial in 0..layout.trials() {
                assert_eq!(Some(layout.place(trial)), expected.next());
            }
        }
    }

    #[test]
    fn an_extended_run_goes_on_where_it_ended() {
        let layout = Layout::new(Design::Latin, 16 * 700 + 5);
        let longer = layout.extended(3);
        assert_eq!(longer.trials(), layout.trials() + 3 * 700);
        assert!(longer.replicates().zip(layout.replicates()).all(|(a, b)| a == b));
        assert!((0..layout.trials()).all(|trial| longer.place(trial) == layout.place(trial)));
        assert_eq!(Layout::new(Design::Random, 100).extended(3).trials(), 100);
    }

    #[test]
    fn sobol_points_come_in_powers_of_two() {
        let trials = |asked| Layout::new(Design::Sobol, asked).trials();
        assert_eq!([1, 16, 17, 1_000_000].map(trials), [16, 16, 32, 1 << 20]);
        assert_eq!(Layout::new(Design::Latin, 1_000_001).trials(), 1_000_001);
    }
}
