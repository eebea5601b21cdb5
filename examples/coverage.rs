//! How often the printed 95 % intervals hold: repetitions of a run of laws whose statistics are known exactly.
//!
//! `cargo run --release --example coverage [REPETITIONS [TRIALS]]`; 2,000 and 10,000 where nothing is said. Each cell
//! is the share of the repetitions whose interval holds the exact value, among those that print one; in brackets
//! the share that withholds it. The table stands in docs/statistics.md.

#![expect(clippy::print_stdout, reason = "the table is what the program is for")]

use std::env;

use outlay::results::Point;
use outlay::{Asked, Request, RunSettings, Unwatched};

/// A law, its exact mean and standard deviation, and its quantile function.
struct Law {
    text: &'static str,
    mean: Option<f64>,
    sd: Option<f64>,
    quantiles: [f64; 3],
}

const LAWS: &[Law] = &[
    Law {
        text: "uniform(0, 1)",
        mean: Some(0.5),
        sd: Some(0.288_675_134_594_812_9),
        quantiles: [0.05, 0.5, 0.95],
    },
    Law {
        text: "normal(0, 1)",
        mean: Some(0.0),
        sd: Some(1.0),
        quantiles: [-1.644_853_626_951_472_2, 0.0, 1.644_853_626_951_472_2],
    },
    Law {
        text: "exponential(1)",
        mean: Some(1.0),
        sd: Some(1.0),
        quantiles: [0.051_293_294_387_550_58, std::f64::consts::LN_2, 2.995_732_273_553_991],
    },
    Law {
        text: "lognormal(mu = 0, sigma = 0.5)",
        mean: Some(1.133_148_453_066_826_3),
        sd: Some(0.603_900_533_210_881),
        quantiles: [0.439_364_104_927_492_7, 1.0, 2.276_016_608_514_316],
    },
    Law {
        text: "lognormal(mu = 0, sigma = 1)",
        mean: Some(1.648_721_270_700_128_2),
        sd: Some(2.161_197_415_895_087_4),
        quantiles: [0.193_040_816_698_736_8, 1.0, 5.180_251_602_233_01],
    },
    Law {
        text: "lognormal(mu = 0, sigma = 1.5)",
        mean: Some(3.080_216_848_918_031),
        sd: Some(8.973_817_218_116_451),
        quantiles: [0.084_815_205_643_312_67, 1.0, 11.790_338_682_965_228],
    },
    Law {
        text: "lognormal(mu = 0, sigma = 2)",
        mean: Some(7.389_056_098_930_65),
        sd: Some(54.095_839_368_740_585),
        quantiles: [0.037_264_756_911_715_3, 1.0, 26.835_006_662_437_667],
    },
    Law {
        text: "pareto(1, 3)",
        mean: Some(1.5),
        sd: Some(0.866_025_403_784_438_6),
        quantiles: [1.017_244_768_191_101, 1.259_921_049_894_873_2, 2.714_417_616_594_906_5],
    },
    Law {
        text: "pareto(1, 1.5)",
        mean: Some(3.0),
        sd: None,
        quantiles: [1.034_786_918_412_167, 1.587_401_051_968_199_4, 7.368_062_997_280_772],
    },
    Law {
        text: "student_t(3)",
        mean: Some(0.0),
        sd: Some(1.732_050_807_568_877_2),
        quantiles: [-2.353_363_434_801_824, 0.0, 2.353_363_434_801_824],
    },
];

/// Repetitions whose interval holds the value, that print one, and all.
#[derive(Clone, Copy, Default)]
struct Count {
    held: u32,
    printed: u32,
    all: u32,
}

impl Count {
    fn add(&mut self, exact: f64, interval: Option<(f64, f64)>) {
        self.all += 1;
        if let Some((low, high)) = interval {
            self.printed += 1;
            self.held += u32::from(low <= exact && exact <= high);
        }
    }

    fn text(self) -> String {
        let percent = |part: u32, whole: u32| 100.0 * f64::from(part) / f64::from(whole.max(1));
        match (self.all, self.printed) {
            (0, _) => "–".to_owned(),
            (all, 0) => format!("({all} withheld)").replace(&all.to_string(), "all"),
            (all, printed) if printed < all => {
                format!("{:.1} ({:.0})", percent(self.held, printed), percent(all - printed, all))
            }
            (_, printed) => format!("{:.1}", percent(self.held, printed)),
        }
    }
}

fn bounds(interval: (Point, Point)) -> Option<(f64, f64)> {
    match interval {
        (Point::Value(low), Point::Value(high)) => Some((low, high)),
        _ => None,
    }
}

fn main() {
    let number = |at: usize, default: u64| {
        env::args().nth(at).and_then(|text| text.replace('_', "").parse().ok()).unwrap_or(default)
    };
    let (repetitions, trials) = (number(1, 2_000), number(2, 10_000));
    println!("{repetitions} repetitions of {trials} trials; in percent");
    println!("| law | mean | sd | P5 | P50 | P95 | P(x ≤ P5) | P(x ≤ P95) |");
    println!("|---|---|---|---|---|---|---|---|");
    for law in LAWS {
        let [p5, _, p95] = law.quantiles;
        let sentences = [
            ("mean(x)".to_owned(), law.mean),
            ("sd(x)".to_owned(), law.sd),
            ("p5(x)".to_owned(), Some(law.quantiles[0])),
            ("p50(x)".to_owned(), Some(law.quantiles[1])),
            ("p95(x)".to_owned(), Some(law.quantiles[2])),
            (format!("P(x <= {p5})"), Some(0.05)),
            (format!("P(x <= {p95})"), Some(0.95)),
        ];
        let request = Request {
            name: "coverage.toml".into(),
            text: format!("outlay = 1\n[inputs]\nx = \"{}\"\n[outputs]\nx = {{}}\n", law.text),
            statistics: sentences.iter().map(|(text, _)| Asked::figure(text)).collect(),
            ..Request::default()
        };
        let model = outlay::compile(&request, &mut outlay::no_files).expect("a valid model");
        let mut counts = [Count::default(); 7];
        for seed in 1..=repetitions {
            let settings = RunSettings { trials, seed, threads: None, ..RunSettings::default() };
            let result = outlay::run(&model, &settings, &Unwatched);
            for ((count, (_, exact)), statistic) in
                counts.iter_mut().zip(&sentences).zip(&result.statistics)
            {
                if let Some(exact) = exact {
                    count.add(*exact, statistic.interval.ok().and_then(bounds));
                }
            }
        }
        let cells: Vec<String> = counts.into_iter().map(Count::text).collect();
        println!("| `{}` | {} |", law.text, cells.join(" | "));
    }
}
