//! What should make one distrust a setting of DBSCAN.

/// Share of images that are cores up to which, or from one less which on, a setting says little.
pub const FEW: f64 = 0.05;

/// Hardly anything is dense enough.
pub const NONE: &str = "almost none is a core";
/// Nearly everything is dense enough.
pub const ALL: &str = "almost all are cores";
/// Everything that is not noise is together.
pub const ONE: &str = "one cluster";

/// The flag that the share of cores alone raises, from 0 to 1.
pub fn of_cores(share: f64) -> Option<&'static str> {
    if share <= FEW {
        Some(NONE)
    } else if share >= 1.0 - FEW {
        Some(ALL)
    } else {
        None
    }
}

/// All flags of a setting.
pub fn of(share: f64, n_clusters: usize) -> Vec<&'static str> {
    of_cores(share).into_iter().chain((n_clusters == 1).then_some(ONE)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_flags() {
        assert_eq!(of(0.05, 3), [NONE]);
        assert_eq!(of(0.5, 3), [""; 0]);
        assert_eq!(of(0.95, 1), [ALL, ONE]);
        assert_eq!(of(0.0, 0), [NONE]);
    }
}
