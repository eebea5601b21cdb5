//! The registry of codes: each stands for one kind of mistake, and a number is never used twice.
//!
//! E1xx file and keys · E2xx syntax · E3xx names · E4xx shapes and units · E5xx distributions ·
//! E6xx run · E7xx output; W likewise.

use super::Severity;

macro_rules! codes {
    ($($name:ident $text:literal;)*) => {
        /// One kind of mistake.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = $text] $name,)* }

        impl Code {
            /// Every code there is, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// `E402`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$name => stringify!($name),)* }
            }

            /// What this kind of mistake is, in a few words.
            pub fn summary(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }
        }
    };
}

codes! {
    E101 "the file cannot be read as text";
    E102 "the file is not valid TOML";
    E103 "unknown key";
    E104 "a key that is needed is missing";
    E105 "a value of the wrong TOML type";
    E106 "the version of the language is missing or unknown";
    E107 "the model is empty";
    E108 "a key with other than ASCII letters needs quotes";
    E109 "a size that is out of bounds";
    E110 "the model it extends cannot be read";
    E111 "a date that is not one";
    E112 "not available in this version";
    E113 "a data file that cannot be used";
    E201 "a character that means nothing here";
    E202 "something else was expected here";
    E203 "a number that cannot be read";
    E204 "brackets that do not match";
    E205 "nested too deeply";
    E206 "powers in a row need brackets";
    E207 "two names in a row";
    E208 "comparisons cannot be chained";
    E209 "a factor outside a range";
    E210 "an empty expression";
    E211 "not a statistic";
    E212 "not a precision";
    E301 "unknown name";
    E302 "a name defined twice";
    E303 "a name that is taken";
    E304 "a cycle";
    E305 "unknown function";
    E306 "wrong arguments";
    E307 "unknown label";
    E308 "unknown scenario";
    E309 "an override that cannot be applied";
    E310 "not a name";
    E401 "unknown unit";
    E402 "quantities of different dimension";
    E403 "a plain number is needed";
    E404 "a unit that does not fit the quantity";
    E405 "an exponent that must be constant";
    E406 "wrong shape";
    E407 "needs a timeline";
    E408 "labels that do not match the index";
    E409 "a condition is needed, or a number";
    E410 "beyond the horizon";
    E411 "a constant is needed";
    E412 "a target that the statistic cannot reach";
    E501 "a distribution outside the inputs";
    E502 "impossible parameters";
    E503 "a range that no distribution fits";
    E504 "not a distribution";
    E505 "not a correlation of two random inputs";
    E506 "a coefficient that cannot be reached";
    E507 "correlations that contradict one another";
    E508 "an impossible copula";
    E509 "an impossible process";
    E701 "unknown output";
    W101 "an input that nothing uses";
    W501 "a correlation without effect";
    W601 "undefined in some trials";
    W602 "a percentile that rests on too few trials";
    W603 "a heavy tail";
}

impl Code {
    /// Whether what could not be read may be missing elsewhere: what names it is then not to blame.
    pub fn leaves_gaps(self) -> bool {
        self.name().starts_with("E1") || self == Code::E310
    }

    /// Errors begin with E, warnings with W.
    pub fn severity(self) -> Severity {
        if self.name().starts_with('E') { Severity::Error } else { Severity::Warning }
    }
}
