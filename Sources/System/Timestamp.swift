internal import Glibc

/// Points in time as text.
public enum Timestamp {
    /// Now, in UTC, as RFC 3339 with nanoseconds: "2026-11-23T18:36:55.000000001Z".
    public static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return text(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// Not by gmtime_r, which reads /etc/localtime to find out about a zone that UTC has not.
    static func text(seconds: Int, nanoseconds: Int) -> String {
        let (day, second) = seconds.quotientAndRemainder(dividingBy: 86400)
        let (year, month, date) = civil(day: second < 0 ? day - 1 : day)
        let ofDay = second < 0 ? second + 86400 : second
        return decimal(year, digits: 4) + "-" + decimal(month, digits: 2) + "-" + decimal(date, digits: 2) + "T"
            + decimal(ofDay / 3600, digits: 2) + ":" + decimal(ofDay / 60 % 60, digits: 2) + ":"
            + decimal(ofDay % 60, digits: 2) + "." + decimal(nanoseconds, digits: 9) + "Z"
    }

    /// The date of a day counted from 1970-01-01, in the Gregorian calendar. Years are counted from a March, so that
    /// the odd day of a leap year is their last, and in spans of 400, after which the calendar repeats.
    private static func civil(day: Int) -> (year: Int, month: Int, date: Int) {
        let shifted = day + 719_468  // from 0000-03-01
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let isNextYear = month >= 10
        return (
            year + era * 400 + (isNextYear ? 1 : 0), isNextYear ? month - 9 : month + 3,
            ofYear - (153 * month + 2) / 5 + 1
        )
    }
}
