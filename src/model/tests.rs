//! Whole files and single entries: what the checker is handed.

use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Code, Diagnostics, render};
use crate::expr::print;
use crate::source::Sources;

/// Parses files by name, the first being the model.
fn parse_files(files: &[(&str, &str)]) -> (ParsedModel, Diagnostics, Sources) {
    let mut sources = Sources::new();
    let mut diagnostics = Diagnostics::new();
    let (name, text) = files[0];
    let mut read = |wanted: &str| {
        files.iter().find(|(known, _)| *known == wanted).map(|(_, text)| (*text).to_owned())
    };
    let model = parse(&mut sources, name, text, &mut read, &mut diagnostics);
    (model, diagnostics, sources)
}

#[track_caller]
fn parse_right(files: &[(&str, &str)]) -> ParsedModel {
    let (model, diagnostics, sources) = parse_files(files);
    assert!(diagnostics.is_empty(), "{}", render(&diagnostics, &sources, false));
    model
}

#[track_caller]
fn check_codes(text: &str, expected: &[Code]) {
    let (_, diagnostics, sources) = parse_files(&[("model", text)]);
    let codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, expected, "{}", render(&diagnostics, &sources, false));
}

const WHOLE: &str = r#"
outlay = 1
[model]
title = "Ten thousand A800s"
units = ["GPU", "run"]
[units]
rack = "72 GPU"
[timeline]
step = "quarter"
steps = 60
start = "2023-06"
[index]
firm = ["alibaba", "tencent"]
site = ["东", "西"]
[inputs]
zeta = "10_000 GPU"
gpu_price = { value = "pert(8万, 10万, 15万) CNY/GPU", about = "Price", source = "10万元/枚", date = 2023-05-13, confidence = "high", base = "9万 CNY/GPU" }
plain = -5
zero = 0
shock = { value = "normal(0, 1)", each = "step" }
capex = { by = "firm", value = { alibaba = "533亿 CNY", tencent = 0 } }
power = { by = ["firm", "site"], value = { alibaba = { "东" = "1 MW", "西" = "2 MW" } } }
fee = { by = "firm", value = "uniform(1, 2)" }
orders = { by = "step", value = ["4_000 GPU", 0], after = "last" }
planned = { by = "step", file = "plan.csv", column = "gpus", unit = "k GPU" }
"显卡" = 1e3
[formulas]
cost = { value = "zeta * gpu_price", about = "All of it" }
b = 2
[series]
price = { first = "1", next = "prev * 2", about = "Rent" }
total = "cumsum(price)"
[outputs]
cost = { unit = "亿 CNY", better = "lower" }
doubled = "2 * cost"
[scenarios.small]
about = "Few"
set = { zeta = "300 GPU", "capex[alibaba]" = 1, capex = { tencent = "2 CNY" } }
"#;

#[test]
fn a_whole_file_is_read_in_its_own_order() {
    let model = parse_right(&[("model", WHOLE)]);
    assert_eq!(model.title.unwrap().text, "Ten thousand A800s");
    assert_eq!(
        model.counted_units.iter().map(|n| n.text.as_str()).collect::<Vec<_>>(),
        ["GPU", "run"]
    );
    let timeline = model.timeline.unwrap();
    assert_eq!((timeline.step, timeline.steps), (StepLength::Quarter, 60));
    assert_eq!(timeline.start, Some(jiff::civil::date(2023, 6, 1)));
    let names: Vec<&str> = model.inputs.iter().map(|input| input.name.text.as_str()).collect();
    assert_eq!(
        names,
        [
            "zeta",
            "gpu_price",
            "plain",
            "zero",
            "shock",
            "capex",
            "power",
            "fee",
            "orders",
            "planned",
            "显卡"
        ]
    );
    let price = &model.inputs[1];
    assert_eq!(price.date.as_ref().unwrap().text, "2023-05-13");
    assert_eq!(price.confidence, Some(Confidence::High));
    assert_eq!(print(price.base.as_ref().unwrap()), "90000 CNY / GPU");
    assert!(model.inputs[4].each_step.is_some());
    let shown = |value: &InputValue| match value {
        InputValue::Plain(value) => print(value),
        InputValue::ByIndexSame { indexes, value } => {
            format!("{} by {}", print(value), indexes[0].text)
        }
        InputValue::ByIndex { values, .. } => values
            .iter()
            .map(|(labels, value)| {
                let labels: Vec<&str> = labels.iter().map(|label| label.text.as_str()).collect();
                format!("{}: {}", labels.join("."), print(value))
            })
            .collect::<Vec<_>>()
            .join(", "),
        InputValue::ByStep { values, after, .. } => {
            format!("{}, then {after:?}", values.iter().map(print).collect::<Vec<_>>().join(", "))
        }
        InputValue::ByStepFile { file, column, unit, after } => {
            format!(
                "{}/{} in {}, then {after:?}",
                file.text,
                column.text,
                unit.as_ref().unwrap().text
            )
        }
    };
    let values: Vec<String> = model.inputs[2..].iter().map(|input| shown(&input.value)).collect();
    assert_eq!(
        values,
        [
            "-5",
            "0",
            "normal(0, 1)",
            "alibaba: 53300000000 CNY, tencent: 0",
            "alibaba.东: 1 MW, alibaba.西: 2 MW",
            "uniform(1, 2) by firm",
            "4000 GPU, 0, then Last",
            "plan.csv/gpus in k GPU, then Zero",
            "1000",
        ]
    );
    assert!(
        matches!(&model.series[0].rule, SeriesRule::Recursive { next, .. } if print(next) == "prev * 2")
    );
    assert_eq!(model.outputs[0].better, Better::Lower);
    assert_eq!(model.outputs[1].value.as_ref().map(print).as_deref(), Some("2 * cost"));
    let set: Vec<String> = model.scenarios[0]
        .set
        .iter()
        .map(|o| {
            let labels: Vec<&str> = o.labels.iter().map(|label| label.text.as_str()).collect();
            format!("{}[{}] = {}", o.name.text, labels.join(", "), print(&o.value))
        })
        .collect();
    assert_eq!(set, ["zeta[] = 300 GPU", "capex[alibaba] = 1", "capex[tencent] = 2 CNY"]);
}

#[test]
fn an_extending_file_replaces_in_place_and_appends() {
    let over = r#"
outlay = 1
[model]
extends = "base"
title = "Small"
[timeline]
steps = 12
[inputs]
zeta = "300 GPU"
b = "7"
late = 1
[scenarios.small]
set = { zeta = 1 }
"#;
    let model = parse_right(&[("over", over), ("base", WHOLE)]);
    assert_eq!(model.title.unwrap().text, "Small");
    let timeline = model.timeline.unwrap();
    assert_eq!(
        (timeline.step, timeline.steps, timeline.start.is_some()),
        (StepLength::Quarter, 12, true)
    );
    assert_eq!(model.inputs[0].name.text, "zeta");
    assert!(
        matches!(&model.inputs[0].value, InputValue::Plain(value) if print(value) == "300 GPU")
    );
    let names: Vec<&str> = model.inputs.iter().map(|input| input.name.text.as_str()).collect();
    assert_eq!(names[names.len() - 2..], ["b", "late"], "a formula has become an input");
    assert!(model.formulas.iter().all(|formula| formula.name.text != "b"));
    assert_eq!(model.scenarios[0].set.len(), 1);
    assert_eq!(model.outputs.len(), 2);
}

#[test]
fn a_mistake_of_the_base_is_shown_in_the_base() {
    let over = "outlay = 1\n[model]\nextends = \"base\"\n";
    let (_, diagnostics, sources) =
        parse_files(&[("over", over), ("base", "outlay = 1\n[formulas]\na = \"1 +\"\n")]);
    let diagnostic = diagnostics.iter().next().unwrap();
    assert_eq!(diagnostic.code, Code::E202);
    assert_eq!(sources.get(diagnostic.primary.as_ref().unwrap().span.source).name, "base");
}

#[test]
fn models_that_extend_one_another_end() {
    let extending = |name: &str| format!("outlay = 1\n[model]\nextends = \"{name}\"\n");
    let (a, b) = (extending("b"), extending("a"));
    let (_, diagnostics, _) = parse_files(&[("a", &a), ("b", &b)]);
    assert_eq!(diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::E110]);
    let files: Vec<(String, String)> =
        (0..40).map(|n| (n.to_string(), extending(&(n + 1).to_string()))).collect();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (_, diagnostics, _) = parse_files(&files);
    assert_eq!(diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::E110]);
}

#[test]
fn sizes_are_refused_before_they_cost_memory() {
    let with = |rest: &str| format!("outlay = 1\n{rest}\n[outputs]\na = 1\n");
    check_codes(&with("[timeline]\nsteps = 999_999_999"), &[Code::E109]);
    check_codes(&with("[timeline]\nsteps = 0"), &[Code::E109]);
    let labels: Vec<String> = (0..200).map(|n| format!("\"l{n}\"")).collect();
    let index = format!("[index]\na1 = [{0}]\nb1 = [{0}]\n", labels.join(","));
    check_codes(
        &with(&format!("{index}[inputs]\nx = {{ by = [\"a1\", \"b1\"], value = \"1\" }}")),
        &[Code::E109],
    );
    let many = vec!["\"l\""; MAX_LABELS + 1].join(",");
    check_codes(&with(&format!("[index]\na1 = [{many}]")), &[Code::E109]);
    check_codes(&with(&format!("[formulas]\nb = \"{}\"", "1 ".repeat(60_000))), &[Code::E109]);
    check_codes(&"# long\n".repeat(MAX_BYTES / 7 + 1), &[Code::E109]);
}

#[test]
fn one_slip_is_one_message_and_what_it_names_stays_known() {
    let (model, diagnostics, _) = parse_files(&[(
        "model",
        "outlay = 1\n[input.gpus]\nvalue = 5\n[timeline]\nstps = 60\n[outputs]\na = 1\n",
    )]);
    assert_eq!(diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::E103, Code::E103]);
    assert_eq!(model.inputs[0].name.text, "gpus");
    assert!(model.timeline.is_some());
    let many: Vec<String> = (0..=MAX_LABELS).map(|n| format!("\"l{n}\"")).collect();
    let text = format!("outlay = 1\n[index]\nfirm = [{}]\n[outputs]\na = 1\n", many.join(","));
    let (model, _, _) = parse_files(&[("model", &text)]);
    assert_eq!(model.indexes[0].labels.len(), MAX_LABELS);
}

/// The first help for an entry of [inputs].
#[track_caller]
fn check_help(entry: &str, expected: &str) {
    let text = format!("outlay = 1\n[inputs]\n{entry}\n[outputs]\na = 1\n");
    let (_, diagnostics, sources) = parse_files(&[("model", &text)]);
    let first = diagnostics.iter().next().expect("a mistake");
    assert_eq!(first.helps, [expected], "{}", render(&diagnostics, &sources, false));
}

#[test]
fn a_value_without_quotes_is_offered_as_it_is_written_here() {
    check_help("value = 10,000", "write `value = \"10_000\"`");
    check_help("gpus = { value = 10,000 }", "write `value = \"10_000\"`");
    check_help("gpus = { value = 10,000, about = \"x\" }", "write `value = \"10_000\"`");
    check_codes(
        "outlay = 1\n[inputs]\ngpus = { value = 10,000, about = \"x\" }\n[outputs]\na = 1\n",
        &[Code::E102],
    );
    check_help("rent = 10 000", "write `rent = \"10_000\"`");
    check_help("rent = 10'000 CNY", "write `rent = \"10_000 CNY\"`");
    check_help("rent = 1.000,50 CNY", "write `rent = \"1_000.50 CNY\"`");
    check_help("rent = 10,000 CNY", "write `rent = \"10_000 CNY\"`");
    check_help("rent = 5 million CNY", "write `rent = \"5M CNY\"`");
    check_help("rent = $10", "write `rent = \"10 USD\"`");
    check_help(
        &format!("a = {}{}", "[".repeat(100), "]".repeat(100)),
        "put the inner part into a table or a formula of its own",
    );
}

#[test]
fn all_mistakes_are_told_at_once() {
    check_codes(
        "outlay = 1\nfoo = 1\n[inputs]\na = \"1 +\"\nb = true\nc = \"2^3^2 + $\"\n[outputs]\na = { unti = \"%\" }\n",
        &[Code::E103, Code::E202, Code::E105, Code::E201, Code::E206, Code::E103],
    );
}

#[test]
fn files_from_windows_are_read_like_others() {
    let windows = format!("\u{feff}{}", WHOLE.replace('\n', "\r\n"));
    assert_eq!(parse_right(&[("model", &windows)]).inputs.len(), 11);
}

#[test]
fn an_override_names_an_input_and_perhaps_a_label() {
    #[track_caller]
    fn check_override(text: &str, name: &str, labels: &[&str], value: &str) {
        let mut sources = Sources::new();
        let mut diagnostics = Diagnostics::new();
        let found = parse_override(&mut sources, "--set", text, &mut diagnostics).unwrap();
        assert!(diagnostics.is_empty(), "{text}");
        assert_eq!(found.name.text, name, "{text}");
        assert_eq!(
            found.labels.iter().map(|label| label.text.as_str()).collect::<Vec<_>>(),
            labels,
            "{text}"
        );
        assert_eq!(print(&found.value), value, "{text}");
        assert_eq!(
            sources.text(found.value.span),
            text.split_once('=').unwrap().1.trim(),
            "{text}"
        );
    }
    check_override("gpus=300 GPU", "gpus", &[], "300 GPU");
    check_override("capex[alibaba] = 5亿 CNY", "capex", &["alibaba"], "500000000 CNY");
    check_override("显卡单价=9万元", "显卡单价", &[], "90000 元");
    check_override(
        "price[a, b]=if x == 1 then 2 else 3",
        "price",
        &["a", "b"],
        "if x == 1 then 2 else 3",
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_file_makes_it_panic(cuts in prop::collection::vec((0..WHOLE.len(), 0..WHOLE.len(), 0_usize..30), 1..4)) {
        let mut text = WHOLE.to_owned();
        for (from, to, len) in cuts {
            let piece: String = WHOLE[WHOLE.floor_char_boundary(from)..].chars().take(len).collect();
            let at = text.floor_char_boundary(to);
            let end = text.ceil_char_boundary((at + len / 2).min(text.len()));
            text.replace_range(at..end.max(at), &piece);
        }
        let (_, diagnostics, sources) = parse_files(&[("model", &text)]);
        render(&diagnostics, &sources, false);
    }
}

#[test]
fn a_file_nested_without_end_is_refused() {
    for text in [
        format!("outlay = {}", "[".repeat(100_000)),
        format!("outlay = {}", "{a=".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("[{}a]\nb = 1", "a.".repeat(100_000)),
    ] {
        let (_, diagnostics, sources) = parse_files(&[("model", &text)]);
        assert!(diagnostics.has_errors());
        render(&diagnostics, &sources, false);
    }
}
