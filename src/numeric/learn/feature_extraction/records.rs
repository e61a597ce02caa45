//! Distinct windows with what is asked of each beside its bytes: a search that visits few of many rows waits for
//! memory once for each.

/// Bytes of a squared length and of a sum.
const HEAD: usize = 8 + 4;

/// Windows of one number of bytes, each once.
#[derive(Debug, Clone)]
pub(super) struct Records {
    n_features: usize,
    /// For each window its squared length, the sum of its bytes, and these.
    data: Vec<u8>,
}

impl Records {
    /// None yet, of windows of `n_features` bytes.
    pub(super) fn new(n_features: usize) -> Self {
        Records { n_features, data: Vec::new() }
    }

    /// Adds a window whose values have the squared length `norm`.
    pub(super) fn push(&mut self, norm: f64, bytes: &[u8]) {
        let sum: u32 = bytes.iter().map(|&x| u32::from(x)).sum();
        self.data.extend(norm.to_le_bytes());
        self.data.extend(sum.to_le_bytes());
        self.data.extend(&bytes[..self.n_features]);
    }

    /// Gives back memory that was set aside for more.
    pub(super) fn trim(&mut self) {
        self.data.shrink_to_fit();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.data.len() / (HEAD + self.n_features)
    }

    #[inline(always)]
    fn record(&self, at: usize) -> &[u8] {
        let length = HEAD + self.n_features;
        &self.data[at * length..(at + 1) * length]
    }

    /// The bytes of a window.
    #[inline(always)]
    pub(super) fn bytes(&self, at: usize) -> &[u8] {
        &self.record(at)[HEAD..]
    }

    /// Squared length and sum of bytes of a window, and these.
    #[inline(always)]
    pub(super) fn get(&self, at: usize) -> (f64, u32, &[u8]) {
        let record = self.record(at);
        let (norm, rest) = record.split_first_chunk().unwrap_or((&[0; 8], record));
        let (sum, bytes) = rest.split_first_chunk().unwrap_or((&[0; 4], rest));
        (f64::from_le_bytes(*norm), u32::from_le_bytes(*sum), bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_comes_out() {
        let mut records = Records::new(3);
        records.push(0.1, &[1, 2, 255]);
        records.push(f64::MAX, &[7, 8, 9]);
        records.trim();
        assert_eq!(records.len(), 2);
        assert_eq!(records.get(0), (0.1, 258, &[1u8, 2, 255][..]));
        assert_eq!(records.get(1), (f64::MAX, 24, &[7u8, 8, 9][..]));
        assert_eq!(records.bytes(1), [7, 8, 9]);
    }
}
