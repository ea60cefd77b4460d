//! Keys that anybody can compute: a million are in the database, as many others are not.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The secret of so many digits, the last ones telling the number.
fn digits(mut number: u64, length: usize) -> String {
    let mut text = vec![b'0'; length];
    for place in text.iter_mut().rev() {
        *place = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    text.into_iter().map(char::from).collect()
}

/// The key with this number. Well-formed, whether it is in the database or not.
pub fn secret(number: u64) -> String {
    // Odd factors, so that no two are alike.
    let [start, middle, end] = [0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03, 0xAEF1_7502_108E_F2D9]
        .map(|factor: u64| number.wrapping_mul(factor));
    let key = format!("glk_{}{}{}", digits(start.rotate_left(32), 11), digits(middle, 11), digits(end, 10));
    let sum = u64::from(crc32fast::hash(key.as_bytes()));
    format!("{key}{}", digits(sum, 6))
}

/// Among so many numbers, another one each time, and all of them in the end: as those who call come in no order.
pub fn scattered(turn: u64, of: u64) -> u64 {
    // A prime, and no neighbour of a multiple of any round number.
    const STEP: u64 = 2_147_483_647;
    (turn % of) * STEP % of
}
