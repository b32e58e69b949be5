//! What a currency's amounts are counted in.

/// How many decimals a currency has, by ISO 4217 (2026). Browsers do not agree on it: some take what shops write on their price tags, and amounts
/// that two desks of a clinic read by different rules would differ by a hundred.
pub fn minor_digits(currency: &str) -> u8 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND" | "VUV" | "XAF" | "XOF"
        | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_those_of_the_standard() {
        for (currency, digits) in
            [("EUR", 2), ("COP", 2), ("IDR", 2), ("HUF", 2), ("PKR", 2), ("JPY", 0), ("CLP", 0), ("IQD", 3), ("CLF", 4)]
        {
            assert_eq!(minor_digits(currency), digits, "{currency}");
        }
    }
}
