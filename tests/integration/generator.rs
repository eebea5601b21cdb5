//! Random models as text, in which every family, operator, function and reduction of the language can occur.
//!
//! A model is a function of a tape of numbers. Where the tape ends everything is at its simplest, so that a
//! shorter tape, which is what proptest shrinks to, is a smaller model. What is written passes the checker.

use std::fmt::Write;

/// Numbers that decide one question after another.
struct Tape<'t> {
    numbers: &'t [u32],
}

impl Tape<'_> {
    /// A number below `count`; 0 behind the end.
    fn below(&mut self, count: usize) -> usize {
        let Some((&number, rest)) = self.numbers.split_first() else { return 0 };
        self.numbers = rest;
        ((u64::from(number) * count as u64) >> 32) as usize
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 1
    }
}

/// Indexes along which something varies at least: one bit each.
const FIRM: u8 = 1;
const SITE: u8 = 2;

/// An expression as text.
#[derive(Clone)]
struct Expr {
    text: String,
    varies_by_step: bool,
    indexes: u8,
}

impl Expr {
    fn new(text: impl Into<String>) -> Expr {
        Expr { text: text.into(), varies_by_step: false, indexes: 0 }
    }

    /// The text around this expression.
    fn wrap(self, text: impl FnOnce(&str) -> String) -> Expr {
        Expr { text: text(&self.text), ..self }
    }

    fn join(self, other: Expr, text: impl FnOnce(&str, &str) -> String) -> Expr {
        Expr {
            text: text(&self.text, &other.text),
            varies_by_step: self.varies_by_step | other.varies_by_step,
            indexes: self.indexes | other.indexes,
        }
    }

    fn of_trial(self) -> Expr {
        Expr { varies_by_step: false, ..self }
    }
}

/// A quantity that has a name already.
#[derive(Clone)]
struct Quantity {
    name: String,
    varies_by_step: bool,
    indexes: u8,
    is_input: bool,
    /// Whether the checker cannot know its value: a parameter known to be impossible would be refused.
    is_random: bool,
}

/// What may stand where an expression is written.
#[derive(Clone, Copy)]
struct Place {
    /// What varies by step.
    steps: bool,
    /// `prev`, and the series of the group being written, a step ago.
    earlier: bool,
}

const TRIAL: Place = Place { steps: false, earlier: false };
const SERIES: Place = Place { steps: true, earlier: false };
const NEXT: Place = Place { steps: true, earlier: true };

struct Writer<'t> {
    tape: Tape<'t>,
    known: Vec<Quantity>,
    /// Random inputs of the trial, and of the step, without indexes.
    correlated: [Vec<String>; 2],
    /// Names of the group of series being written.
    open: Vec<String>,
    step: &'static str,
    steps: usize,
}

/// Families with parameters that no other input enters.
const DISTRIBUTIONS: &[&str] = &[
    "uniform(-1, 3)",
    "normal(0, 1)",
    "lognormal(mean = 2, sd = 1)",
    "lognormal(mu = 0, sigma = 0.5)",
    "lognormal(p5 = 1, p95 = 4)",
    "normal(p10 = -1, p90 = 2)",
    "1 to 5",
    "0.5x to 2x",
    "1 to 5 @ 80%",
    "triangular(0, 1, 4)",
    "pert(1, 2, 6)",
    "pert(1, 2, 6, shape = 2)",
    "beta(2, 3)",
    "beta(0.5, 0.7, low = -1, high = 2)",
    "gamma(2.5, 0.4)",
    "exponential(1.5)",
    "weibull(1.7, 2)",
    "poisson(3)",
    "binomial(10, 0.3)",
    "bernoulli(0.4)",
    "discrete(-1: 1, 0: 2, 3: 1)",
    "uniform_int(-2, 5)",
    "mixture(0: 1, normal(3, 1): 2)",
    "truncate(normal(0, 1), low = -0.5)",
    "quantiles(p10 = -1, p50 = 1, p90 = 4)",
    "quantiles(p5 = 1, p50 = 2, p80 = 5, low = 0)",
    "histogram(edges = [0, 1, 3, 4], weights = [1, 2, 1])",
    "compound(poisson(3), normal(1, 2))",
    "2 * compound(uniform_int(0, 4), exponential(2)) - 1",
    "truncate(exponential(2), low = 0.5, high = 3)",
    "2 * gamma(2, 1) - 1",
    "3 - exponential(1)",
    "normal(1, 0)",
    "pareto(1, 3)",
    "student_t(4)",
    "logistic(0, 1)",
    "gumbel(0, 1)",
    "cauchy(0, 1)",
    "negative_binomial(3, 0.4)",
    "geometric(0.3)",
    "hypergeometric(20, 8, 5)",
    "laplace(0, 1)",
    "gev(0, 1, 0.2)",
    "trapezoidal(0, 1, 2, 4)",
];

/// The same with parameters that are drawn first: `{x}` any, `{p}` positive, `{s}` in (0, 1).
const HIERARCHIES: &[&str] = &[
    "normal({x}, {p})",
    "normal(1, {x})",
    "uniform({x}, 5)",
    "lognormal(mean = {p}, sd = 1)",
    "lognormal(mu = {x}, sigma = {s})",
    "exponential({p})",
    "bernoulli({s})",
    "bernoulli({x})",
    "{p} to 50",
    "gamma({p}, 0.5)",
    "beta({p}, 2)",
    "weibull(1.5, {p})",
    "poisson({p})",
    "triangular(-9, {x}, 9)",
    "pert(-9, {x}, 9)",
    "discrete(1: {s}, 2: 1)",
    "mixture({x}: 1, normal({x}, {p}): {s})",
    "truncate(normal({x}, 1), high = {p})",
    "compound(round(abs({x})), normal(1, 1))",
    "compound(poisson({p}), normal({x}, {p}))",
    "quantiles(p10 = {x}, p50 = 3, p90 = 9)",
    "2 * normal({x}, 1) + 1",
    "binomial(5, {s})",
    "uniform_int(0, 4)",
    "normal(p10 = {x}, p90 = 9)",
    "pareto({p}, 3)",
    "gumbel({x}, {p})",
    "geometric({s})",
    "student_t({p})",
    "rayleigh({p})",
];

/// Processes, with parameters that are drawn first.
const PROCESSES: &[&str] = &[
    "gbm(3, 5% / year, 30% / sqrt(year))",
    "gbm({p}, {x} / year, {s} / sqrt(year))",
    "2 * gbm(1, 0, 0)",
    "mean_reverting(1, 2, 1 / year, 50% / sqrt(year))",
    "mean_reverting({p}, 2, {p} / year, {s} / sqrt(year)) / 2",
    "gbm(3, 0, 20% / sqrt(year)) + jumps(rate = 2 / year, size = uniform(-50%, 20%))",
    "mean_reverting(2, {p}, 1 / month, {s} / sqrt(year)) + jumps(1 / year, {s}) + jumps(2 / year, -{s})",
    "gbm(3, 0, {s} / sqrt(year)) + jumps(3 / year, lognormal(mu = {x}, sigma = {s}) - 1)",
];

/// The model that a tape tells.
pub(crate) fn model(numbers: &[u32]) -> String {
    let mut tape = Tape { numbers };
    let step = tape.pick(&["month", "year", "quarter"]);
    let steps = [3, 1, 2, 6][tape.below(4)];
    let mut writer = Writer {
        tape,
        known: Vec::new(),
        correlated: [Vec::new(), Vec::new()],
        open: Vec::new(),
        step,
        steps,
    };
    writer.model()
}

/// The expression, made to vary by step where it does not.
fn stepped(x: Expr) -> Expr {
    if x.varies_by_step {
        return x;
    }
    Expr { varies_by_step: true, ..x.wrap(|x| format!("({x} * (t / 1 month - 1))")) }
}

impl Writer<'_> {
    fn model(&mut self) -> String {
        let mut inputs = self.inputs();
        if self.tape.flip() {
            inputs += &self.correlations();
        }
        let (mut formulas, mut series) = (String::new(), String::new());
        for group in 0..1 + self.tape.below(3) {
            self.formulas(group, &mut formulas);
            self.series(group, &mut series);
        }
        self.formulas(9, &mut formulas);
        let mut outputs = String::new();
        for quantity in self.known.iter().filter(|quantity| !quantity.is_input) {
            let _ = writeln!(outputs, "{} = {{}}", quantity.name);
        }
        for number in 0..1 + self.tape.below(3) {
            let place = if self.tape.flip() { SERIES } else { TRIAL };
            let text = self.expr(2, place).text;
            let _ = writeln!(outputs, "o{number} = {{ value = \"{text}\" }}");
        }
        let (step, steps) = (self.step, self.steps);
        format!(
            "outlay = 1\n[timeline]\nstep = \"{step}\"\nsteps = {steps}\n\
             [index]\nfirm = [\"a\", \"b\"]\nsite = [\"p\", \"q\"]\n\
             [inputs]\n{inputs}[formulas]\n{formulas}[series]\n{series}[outputs]\n{outputs}"
        )
    }

    fn learn_input(&mut self, name: String, value: &Expr, is_random: bool) {
        let Expr { varies_by_step, indexes, .. } = *value;
        self.known.push(Quantity { name, varies_by_step, indexes, is_input: true, is_random });
    }

    fn learn(&mut self, name: String, varies_by_step: bool, indexes: u8) {
        let is_random = false;
        self.known.push(Quantity { name, varies_by_step, indexes, is_input: false, is_random });
    }

    fn inputs(&mut self) -> String {
        let mut text = "x0 = \"uniform(0, 3)\"\n".to_owned();
        self.learn_input("x0".to_owned(), &Expr::new(""), true);
        for number in 1..2 + self.tape.below(7) {
            let name = format!("x{number}");
            let form = self.tape.below(7);
            if form == 6 {
                self.process(&name, &mut text);
                continue;
            }
            if form == 5 {
                let values = self.tape.pick(&["\"1\", \"2\"", "\"-1\"", "\"0\", \"3.5\""]);
                let after = if self.tape.flip() { ", after = \"last\"" } else { "" };
                let _ = writeln!(text, "{name} = {{ by = \"step\", value = [{values}]{after} }}");
                self.learn_input(name, &stepped(Expr::new("1")), false);
                continue;
            }
            let mut value = match form {
                0..=2 => Expr::new(self.tape.pick(DISTRIBUTIONS)),
                3 => self.hierarchy(),
                _ => Expr::new(self.tape.pick(&["2", "-0.5", "0", "1e3"])),
            };
            let mut keys = String::new();
            let own = [0, 0, 0, FIRM, SITE, FIRM | SITE][self.tape.below(6)];
            if own & !value.indexes != 0 && value.indexes & !own == 0 {
                keys += match own {
                    FIRM => ", by = \"firm\"",
                    SITE => ", by = \"site\"",
                    _ => ", by = [\"firm\", \"site\"]",
                };
                value.indexes |= own;
            } else if value.indexes != 0 {
                value = Expr::new("normal(0, 1)");
            }
            if form < 4 && (value.varies_by_step || self.tape.below(3) == 1) {
                keys += ", each = \"step\"";
                value.varies_by_step = true;
            }
            let _ = writeln!(text, "{name} = {{ value = \"{}\"{keys} }}", value.text);
            if form < 4 && value.indexes == 0 && value.text != "normal(1, 0)" {
                self.correlated[usize::from(value.varies_by_step)].push(name.clone());
            }
            self.learn_input(name, &value, form < 4);
        }
        text
    }

    /// A process whose parameters may be drawn before it.
    fn process(&mut self, name: &str, text: &mut String) {
        let random: Vec<Quantity> = (self.known.iter())
            .filter(|quantity| quantity.is_random && !quantity.varies_by_step)
            .filter(|quantity| quantity.indexes == 0)
            .cloned()
            .collect();
        let x = self.one_of(&random).text;
        let (p, s) = (format!("(0.5 + abs({x}))"), format!("(1 / (2 + {x}^2))"));
        let pattern = self.tape.pick(PROCESSES);
        let value = pattern.replace("{x}", &x).replace("{p}", &p).replace("{s}", &s);
        let by = if self.tape.flip() { ", by = \"firm\"" } else { "" };
        let _ = writeln!(text, "{name} = {{ value = \"{value}\"{by} }}");
        let mut value = stepped(Expr::new("1"));
        value.indexes = if by.is_empty() { 0 } else { FIRM };
        if value.indexes == 0 {
            self.correlated[1].push(name.to_owned());
        }
        self.learn_input(name.to_owned(), &value, false);
    }

    /// Chains of pairs, which no coefficient up to a half can contradict; a copula over one of them.
    fn correlations(&mut self) -> String {
        let mut text = "[correlations]\n".to_owned();
        let mut joined = Vec::new();
        for names in self.correlated.clone() {
            for pair in names.windows(2) {
                let coefficient = self.tape.pick(&["0.25", "-0.2", "0", "{ spearman = 0.2 }"]);
                let _ = writeln!(text, "\"{}\" = {coefficient}", pair.join(", "));
            }
            if names.len() > 1 {
                joined = names;
            }
        }
        if joined.is_empty() || !self.tape.flip() {
            return text;
        }
        let df = self.tape.pick(&["4", "2", "1.5", "30"]);
        let over = if self.tape.flip() { String::new() } else { format!("over = {joined:?}\n") };
        let _ = writeln!(text, "[copula]\nkind = \"student_t\"\ndf = {df}\n{over}");
        text
    }

    fn hierarchy(&mut self) -> Expr {
        let random: Vec<Quantity> =
            self.known.iter().filter(|quantity| quantity.is_random).cloned().collect();
        let parent = self.one_of(&random);
        let (x, name) = (parent.text.clone(), parent.text.clone());
        let (p, s) = (format!("(0.5 + abs({name}))"), format!("(1 / (2 + {name}^2))"));
        let pattern = self.tape.pick(HIERARCHIES);
        let text = pattern.replace("{x}", &x).replace("{p}", &p).replace("{s}", &s);
        Expr { text, ..parent }
    }

    fn formulas(&mut self, group: usize, text: &mut String) {
        for number in 0..self.tape.below(4) {
            let name = format!("f{group}{number}");
            let value = self.expr(3, TRIAL);
            let _ = writeln!(text, "{name} = \"{}\"", value.text);
            self.learn(name, false, value.indexes);
        }
    }

    /// Series that may feed each other a step later.
    fn series(&mut self, group: usize, text: &mut String) {
        let names: Vec<String> =
            (0..1 + self.tape.below(3)).map(|number| format!("s{group}{number}")).collect();
        self.open.clone_from(&names);
        let mut written = Vec::new();
        for name in names {
            let value = if self.tape.flip() {
                let value = self.expr(3, SERIES);
                let _ = writeln!(text, "{name} = \"{}\"", value.text);
                value
            } else {
                let (first, next) = (self.expr(2, SERIES), self.expr(3, NEXT));
                let value = first.join(next, |first, next| {
                    format!("{{ first = \"{first}\", next = \"{next}\" }}")
                });
                let _ = writeln!(text, "{name} = {}", value.text);
                value
            };
            written.push((name, value.indexes));
        }
        self.open.clear();
        for (name, indexes) in written {
            self.learn(name, true, indexes);
        }
    }

    /// A quantity that may stand here, at one label at times.
    fn quantity(&mut self, place: Place) -> Option<Expr> {
        let fitting: Vec<Quantity> = self
            .known
            .iter()
            .filter(|quantity| place.steps || !quantity.varies_by_step)
            .cloned()
            .collect();
        (!fitting.is_empty()).then(|| self.one_of(&fitting))
    }

    fn one_of(&mut self, fitting: &[Quantity]) -> Expr {
        let latest = fitting.len() - 1;
        let Quantity { name, varies_by_step, indexes, is_input, .. } =
            fitting[latest - self.tape.below(fitting.len())].clone();
        let expr = Expr { text: name, varies_by_step, indexes };
        if !is_input || indexes == 0 || self.tape.below(4) != 1 {
            return expr;
        }
        let label = match indexes {
            FIRM => self.tape.pick(&["a", "b"]),
            SITE => self.tape.pick(&["p", "q"]),
            _ => self.tape.pick(&["a, p", "a, q", "b, p", "b, q"]),
        };
        Expr { indexes: 0, ..expr.wrap(|name| format!("{name}[{label}]")) }
    }

    fn leaf(&mut self, place: Place) -> Expr {
        let elapsed = || Expr { varies_by_step: true, ..Expr::new("(t / 1 month)") };
        match self.tape.below(8) {
            0..=3 => self.quantity(place).unwrap_or_else(|| Expr::new("2")),
            4 if place.earlier => Expr { varies_by_step: true, ..Expr::new("prev") },
            5 if place.earlier => {
                let open = self.open.clone();
                let name = &open[self.tape.below(open.len())];
                Expr { varies_by_step: true, ..Expr::new(format!("prev({name})")) }
            }
            4..=6 if place.steps => elapsed(),
            _ => Expr::new(self.tape.pick(&["1", "0.5", "(-1.5)", "3", "0.0", "pi", "1e200"])),
        }
    }

    fn expr(&mut self, depth: usize, place: Place) -> Expr {
        if depth == 0 {
            return self.leaf(place);
        }
        let inner = depth - 1;
        match self.tape.below(20) {
            0..=1 => self.leaf(place),
            2..=6 => {
                let operator = self.tape.pick(&["+", "-", "*", "+", "-", "*", "/"]);
                let (a, b) = (self.expr(inner, place), self.expr(inner, place));
                a.join(b, |a, b| format!("({a} {operator} {b})"))
            }
            7 => {
                let power =
                    self.tape.pick(&["2", "3", "5", "0.5", "(-1)", "0.3", "(-2.5)", "0", "17"]);
                self.expr(inner, place).wrap(|x| format!("({x})^{power}"))
            }
            8 => {
                let function = self.tape.pick(&["min", "max", "mod", "atan2"]);
                let (a, b) = (self.expr(inner, place), self.expr(inner, place));
                a.join(b, |a, b| format!("{function}({a}, {b})"))
            }
            9..=10 => {
                let function = self.tape.pick(&[
                    "abs({})",
                    "-({})",
                    "exp(-abs({}))",
                    "ln({})",
                    "sqrt({})",
                    "floor({})",
                    "ceil({})",
                    "round({})",
                    "sign({})",
                    "exp({})",
                    "log10(1 + abs({}))",
                    "sin({})",
                    "cos({})",
                    "tan({})",
                    "atan({})",
                    "tanh({})",
                    "erf({})",
                    "normal_cdf({})",
                    "normal_quantile({})",
                    "clamp({}, -1, 2)",
                    "round({}, 0.25)",
                ]);
                self.expr(inner, place).wrap(|x| function.replace("{}", x))
            }
            11..=12 => {
                let condition = self.condition(inner, place);
                let (a, b) = (self.expr(inner, place), self.expr(inner, place));
                let branches = a.join(b, |a, b| format!("{a}, {b}"));
                condition
                    .join(branches, |condition, branches| format!("if({condition}, {branches})"))
            }
            13 => {
                let (a, b) = (self.expr(inner, place), self.expr(inner, place));
                a.join(b, |a, b| format!("(({a})^({b}))"))
            }
            14 => {
                let (condition, x) = (self.condition(inner, place), self.expr(inner, place));
                condition.join(x, |condition, x| format!("(({condition}) * {x})"))
            }
            15 => self.over_index(inner, place),
            16..=17 if place.steps => self.in_series(inner, place),
            _ => self.over_time(inner),
        }
    }

    fn condition(&mut self, depth: usize, place: Place) -> Expr {
        match self.tape.below(9) {
            6 if depth > 0 => self.condition(depth - 1, place).wrap(|x| format!("not ({x})")),
            7 if depth > 0 => {
                let operator = self.tape.pick(&["and", "or"]);
                let (a, b) = (self.condition(depth - 1, place), self.condition(depth - 1, place));
                a.join(b, |a, b| format!("(({a}) {operator} ({b}))"))
            }
            8 if depth > 0 => {
                self.by_step(depth - 1).of_trial().wrap(|cash| format!("never(payback({cash}))"))
            }
            _ => {
                let operator = self.tape.pick(&["<", "<=", ">", ">=", "==", "!="]);
                let inner = depth.saturating_sub(1);
                let (a, b) = (self.expr(inner, place), self.expr(inner, place));
                a.join(b, |a, b| format!("{a} {operator} {b}"))
            }
        }
    }

    fn over_index(&mut self, depth: usize, place: Place) -> Expr {
        let x = self.expr(depth, place);
        let (index, bit) = match x.indexes {
            0 => return x,
            SITE => ("site", SITE),
            FIRM => ("firm", FIRM),
            _ if self.tape.flip() => ("site", SITE),
            _ => ("firm", FIRM),
        };
        let x = Expr { indexes: x.indexes & !bit, ..x };
        match self.tape.below(5) {
            0 => x.wrap(|x| format!("sum({x}, {index})")),
            1 => x.wrap(|x| format!("mean({x}, {index})")),
            2 => x.wrap(|x| format!("min({x}, {index})")),
            3 => x.wrap(|x| format!("max({x}, {index})")),
            _ => x.wrap(|x| format!("count({x} > 0.5, {index})")),
        }
    }

    /// What makes a series of a series.
    fn in_series(&mut self, depth: usize, place: Place) -> Expr {
        let inside = Place { earlier: false, ..place };
        let x = stepped(self.expr(depth, inside));
        let step = self.step;
        match self.tape.below(5) {
            0 => x.wrap(|x| format!("prev({x})")),
            1 | 2 => x.wrap(|x| format!("cumsum({x})")),
            3 => x.wrap(|x| format!("ramp(1 {step}, ({x}) * 1 {step})")),
            _ if place.earlier => {
                let open = self.open.clone();
                let name = &open[self.tape.below(open.len())];
                x.wrap(|x| format!("prev(cumsum({name} * ({x})))"))
            }
            _ => x.wrap(|x| format!("ramp(({x}) * 1 {step}, 2 {step})")),
        }
    }

    /// An expression that varies by step, of what is whole already.
    fn by_step(&mut self, depth: usize) -> Expr {
        let open = std::mem::take(&mut self.open);
        let x = self.expr(depth, SERIES);
        self.open = open;
        stepped(x)
    }

    /// One value a trial of a series.
    fn over_time(&mut self, depth: usize) -> Expr {
        let x = self.by_step(depth).of_trial();
        let step = self.step;
        match self.tape.below(14) {
            0 => x.wrap(|x| format!("sum({x})")),
            1 => x.wrap(|x| format!("last({x})")),
            2 => x.wrap(|x| format!("mean({x})")),
            3 => x.wrap(|x| format!("lowest({x})")),
            4 => x.wrap(|x| format!("highest({x})")),
            5 => x.wrap(|x| format!("first({x})")),
            6 => {
                let time = self.tape.below(self.steps + 1);
                x.wrap(|x| format!("at({x}, {time} {step})"))
            }
            7 => {
                let time = self.expr(depth, TRIAL);
                // A constant time beyond the horizon would be refused.
                x.join(time, |x, time| format!("at({x}, ({time}) * x0 * 1 {step})"))
            }
            8 => x.wrap(|x| format!("(first_time({x} > 1) / 1 {step})")),
            9 => x.wrap(|x| format!("(payback({x}) / 1 {step})")),
            10 => x.wrap(|x| format!("(sustained_payback({x} - 1) / 1 {step})")),
            11 => x.wrap(|x| format!("(irr({x}) * 1 year)")),
            12 => {
                let rate = self.rate(depth);
                x.join(rate, |x, rate| format!("npv({x}, {rate})"))
            }
            _ => {
                let kind = self.tape.pick(&["payback", "sustained_payback"]);
                let rate = self.rate(depth);
                x.join(rate, |x, rate| format!("({kind}({x}, {rate}) / 1 {step})"))
            }
        }
    }

    fn rate(&mut self, depth: usize) -> Expr {
        if self.tape.flip() {
            return Expr::new("10% / year");
        }
        self.expr(depth, TRIAL).wrap(|x| format!("0.1 * ({x}) / year"))
    }
}
