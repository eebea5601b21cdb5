//! What the page says by itself, in English and Chinese: one table, so that no sentence exists in one language alone.
//!
//! `{0}`, `{1}` stand for what is filled in; a test holds that both languages have the same.

use std::str::FromStr;

use super::super::visible;
use crate::results::Warning;

/// The language of a page. What a model says is shown as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// 简体中文.
    Chinese,
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Language, String> {
        match text {
            "en" => Ok(Language::English),
            "zh" => Ok(Language::Chinese),
            _ => Err("write en or zh".to_owned()),
        }
    }
}

macro_rules! words {
    ($($name:ident: $english:literal, $chinese:literal;)*) => {
        /// The page's own words.
        #[derive(Debug, Clone, Copy, serde::Serialize)]
        pub(super) struct Words { $(pub(super) $name: &'static str,)* }

        const ENGLISH: Words = Words { $($name: $english,)* };
        const CHINESE: Words = Words { $($name: $chinese,)* };

        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $english, $chinese),)*];
    };
}

impl Language {
    /// A warning in this language, with what a terminal or a page would hide made visible.
    pub(super) fn warning(self, warning: &Warning) -> String {
        let text = match self {
            Language::English => &warning.english,
            Language::Chinese => &warning.chinese,
        };
        visible(text).into_owned()
    }

    /// Its words.
    pub(super) fn words(self) -> &'static Words {
        match self {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }
}

words! {
    tag: "en", "zh-CN";
    kicker: "Simulation report", "模拟报告";
    trials: "{0} trials", "{0} 次试验";
    seed: "seed {0}", "随机种子 {0}";
    design_random: "independent draws", "独立随机抽样";
    design_latin: "Latin hypercube", "拉丁超立方抽样";
    design_sobol: "Sobol’ points", "Sobol’ 点列";
    timeline_month: "{0} months", "{0} 个月";
    timeline_quarter: "{0} quarters", "{0} 个季度";
    timeline_year: "{0} years", "{0} 年";
    timeline_from: "{0} from {1}", "自 {1} 起 {0}";
    scenario: "Scenario", "情景";
    changed: "Changed", "改动";
    model_source: "Source", "来源";
    interrupted: "Interrupted: every figure is of the {0} trials done, of {1} asked for.", "运行中断：以下数字只来自已完成的 {0} 次试验（要求 {1} 次）。";
    base_only: "Interrupted before the first trial: there is only the base case.", "首次试验之前即中断：只有基准情形。";

    nav_answers: "Answers", "结论";
    nav_checks: "Limits", "限额";
    nav_drivers: "Drivers", "主因";
    nav_figures: "Figures", "数字";
    nav_time: "Over time", "时间";
    nav_chances: "Probabilities", "概率";
    nav_distributions: "Distributions", "分布";
    nav_inputs: "Inputs", "输入";
    nav_certificate: "Certificate", "凭证";

    answers: "In brief", "结论";
    question_cost: "What does it cost?", "要花多少钱？";
    question_peak: "How much money is tied up at most?", "资金最多占用多少？";
    question_payback: "When does it pay back?", "何时回本？";
    question_worth: "What is it worth?", "值得投吗？";
    question_who: "Who can afford it?", "谁负担得起？";
    question_driver: "What decides it?", "什么决定结果？";
    question_holds: "Does it hold?", "是否成立？";
    question_other: "What comes out?", "结果如何？";
    middle: "{0} of trials stay at or below {1}", "{0} 的试验不超过 {1}";
    half: "Half of the trials stay at or below {0}", "半数试验不超过 {0}";
    spread: "; {0} of all trials lie between {1} and {2}.", "；{0} 的试验介于 {1} 与 {2} 之间。";
    full_stop: ".", "。";
    certain: "Every trial gives {0}.", "每次试验的结果都是 {0}。";
    plan: " The plan says {0}; {1} of trials stay at or below that.", "计划值为 {0}，{1} 的试验不超过它。";
    plan_never: " In the plan it never happens.", "按计划值计算则永远不会发生。";
    below_zero: " In {0} of trials it is below zero.", "{0} 的试验中为负。";
    never: "never", "永不";
    undefined: "undefined", "无定义";
    never_in: "Never in {0}", "{0} 不会发生";
    never_paid_back: "Never in {0}", "{0} 无法回本";
    within_horizon: "In {0} of trials it does not happen within the horizon", "{0} 的试验在时间范围内不会发生";
    half_of_all: "Half of all trials are there by {0}", "全部试验中，半数不晚于 {0}";
    share_of_all: "{0} of all trials are there by {1}", "全部试验中，{0} 不晚于 {1}";
    never_and_if_ever: "; in {0} of them it does not happen within the horizon. Of those in which it does, half are there by {1}.", "；{0} 在时间范围内不会发生。会发生的试验中，半数不晚于 {1}。";
    always: "It happens in every trial; half of them by {0}", "每次试验都会发生；半数不晚于 {0}";
    if_ever: "; where it does, half of the trials are there by {0}.", "；会发生的试验中，半数不晚于 {0}。";
    within_by: " By {0} it has happened in {1}.", "{0}之内发生的概率为 {1}。";
    chance: "It holds in {0} of trials.", "{0} 的试验中成立。";
    list_and: ", ", "，";
    of_count: "{0} of {1}", "{1} 个中有 {0} 个，";
    more_likely: " more likely than not", "可能性过半";
    no_share: "No value in {0} of trials; the figures are of the others.", "{0} 的试验没有值；数字来自其余试验。";

    swing: "At its P10 ({0}) the mean is {1}, at its P90 ({2}) it is {3}.", "取其 P10（{0}）时均值为 {1}，取其 P90（{2}）时为 {3}。";

    checks: "Limits that were set", "设定的限额";
    checks_note: "A limit holds or fails where it does so everywhere in the 95 % interval of the estimate; in between, so many trials cannot tell.", "若在估计值的 95 % 置信区间内处处成立（或处处不成立），则判为满足（或不满足）；介于两者之间时，现有试验次数不足以判断。";
    check: "Limit", "限额";
    must_hold: "Must hold", "须成立";
    estimate: "Estimate", "估计值";
    verdict: "Verdict", "判定";
    verdict_holds: "holds", "满足";
    verdict_fails: "fails", "不满足";
    verdict_unsure: "cannot tell", "无法判断";
    withheld_tail: "none: heavy tail", "无：厚尾";
    withheld_few: "none: too few trials", "无：试验太少";

    drivers: "What decides it", "什么决定结果";
    drivers_note: "The mean of the output over the trials in which an input is near its P10 and near its P90, all else varying as it does; what is correlated with it moves along. From {0} independent trials; the command below gives the same figures and more.", "输入接近其 P10 和 P90 时输出的均值；其余输入照常变动，与之相关的输入随之变动。来自 {0} 次独立试验；以下命令给出同样的数字和更多细节。";
    side_low: "input at its P10", "输入取 P10";
    side_high: "input at its P90", "输入取 P90";
    mean_lower: "mean", "均值";
    other_inputs: " The other {0} inputs move it by {1} or less.", "其余 {0} 项输入的影响不超过 {1}。";

    causes: "Trials without a value", "没有值的试验";
    cause: "Cause", "原因";
    cause_trials: "Trials", "试验";
    cause_share: "Share", "比例";
    cause_first: "First trial", "首次出现";
    cause_irr_none: "no internal rate of return", "没有内部收益率";
    cause_irr_several: "several internal rates of return", "有多个内部收益率";
    cause_division: "division by zero", "除以零";
    cause_domain: "a function outside its domain", "函数超出定义域";
    cause_overflow: "overflow", "溢出";
    cause_horizon: "beyond the last step", "超出时间范围";
    cause_parameters: "impossible parameters of a distribution", "分布参数不成立";
    cause_arithmetic: "undefined arithmetic", "无定义的运算";

    correlations: "What moves together", "哪些输入相关";
    correlations_none: "No correlations are stated: no input says anything about another beyond what its own text says.", "未声明相关性：除输入文本自身写明的依赖外，各输入相互独立。";
    pair: "Inputs", "输入";
    coefficient: "Correlation", "相关系数";
    measure: "Of", "类型";
    measure_spearman: "ranks (Spearman)", "秩（Spearman）";
    measure_pearson: "values (Pearson)", "数值（Pearson）";
    copula: "Copula", "Copula";
    by_step: "step by step", "逐期";

    warnings: "Read with care", "阅读须知";
    figures: "The figures", "数字";
    figures_note: "P5 is not exceeded in 5 % of trials. The plan has every input at its base; its rank is the share of trials at or below it. ± is one standard error.", "P5 表示 5 % 的试验不超过该值。计划指每项输入都取基准值；排位是不超过计划值的试验所占比例。± 为一个标准误。";
    output: "Output", "输出";
    unit: "Unit", "单位";
    base: "Plan", "计划";
    rank: "Rank", "排位";
    mean: "Mean", "均值";
    p_never: "P(never)", "P（永不）";
    row_if_ever: "if ever", "若发生";
    probability: "Probability", "概率";
    interval: "95 % interval", "95 % 置信区间";
    holds_true: "holds", "成立";
    holds_false: "does not hold", "不成立";

    time: "Over time", "随时间变化";
    time_note: "The line is the median; half of the trials lie in the inner band, {0} within the outer one. Dashed: the plan.", "实线为中位数；半数试验落在内带，{0} 落在外带以内。虚线为计划。";
    paid_back: "{0}: probability by time", "{0}：截至各时点的概率";
    never_label: "never: {0}", "不会发生：{0}";

    chances: "Probabilities", "概率";
    distributions: "Every output", "各项输出";
    distributions_note: "Above: how often which value came out. Below: the share of trials at or below it. Lines: percentiles. Triangle: the plan. The outermost trials, at most 0.4 %, may lie beyond a drawing.", "上图：各值出现的频率。下图：不超过该值的试验比例。竖线：百分位数。三角：计划。最外侧的试验（至多 0.4 %）可能落在图外。";

    scroll: "The table goes on to the right.", "表格可向右滑动。";

    inputs: "The inputs", "输入";
    inputs_note: "The small drawing is the declared distribution, from left to right. Confidence is the author's own.", "小图为所声明的分布。可信度由模型作者给出。";
    input: "Input", "输入";
    distribution: "Distribution", "分布";
    origin: "Source", "来源";
    confidence: "Confidence", "可信度";
    confidence_high: "high", "高";
    confidence_medium: "medium", "中";
    confidence_low: "low", "低";
    fixed: "fixed", "固定值";

    certificate: "Certificate", "凭证";
    certificate_note: "These figures are a function of the model, the seed, the design and the number of trials alone. Whoever has outlay {0} and the text below gets the same ones, to the last digit, with:", "以上数字只取决于模型、随机种子、抽样方法和试验次数。任何人用 outlay {0} 和以下文本，执行下列命令，即可逐位重现：";
    version: "Version", "版本";
    format: "format of draws", "抽样格式";
    model: "Model", "模型";
    digest: "SHA-256", "SHA-256";
    design: "Design", "抽样方法";
    trials_label: "Trials", "试验次数";
    seed_label: "Seed", "随机种子";
    model_text: "The model", "模型全文";

    colon: ": ", "：";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_fill_in_the_same() {
        for (name, english, chinese) in ALL {
            let holes = |text: &str| -> Vec<bool> {
                (0..3).map(|at| text.contains(&format!("{{{at}}}"))).collect()
            };
            assert_eq!(holes(english), holes(chinese), "{name}");
            assert!(!english.is_empty() && !chinese.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_language_is_named_by_its_code() {
        assert_eq!("zh".parse(), Ok(Language::Chinese));
        assert!("fr".parse::<Language>().is_err());
    }
}
