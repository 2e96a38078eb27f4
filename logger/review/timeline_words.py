"""What the script of the timeline says, in the page's language."""

from logger.review.words import Words

_CONSOLE = {
    "busy": "timeline_loading",
    "none": "timeline_none",
    "failed": "timeline_failed",
    "signed_out": "timeline_signed_out",
    "again": "timeline_again",
    "time": "cursor_time",
    "missing": "course_missing",
    "uncounted": "course_uncounted",
    "note": "course_note",
    "review": "course_review",
    "signature": "course_signature",
    "segment": "course_segment",
    "gap": "course_gap",
    "deviation": "course_deviation",
    "depth_set_mm": "course_set",
    "depth_measured_mm": "course_measured",
    "rate_hz": "course_rate",
    "motor_current_ma": "course_current",
    "axis_current": "course_current_axis",
}
_REPORTS = {"axis_depth": "course_depth", "axis_rate": "course_rate"}


def timeline_words(words: Words) -> dict[str, str]:
    """Return the texts by the names that the script has for them."""
    said = {name: words.say(key) for name, key in _CONSOLE.items()}
    return said | {name: words.word(key) for name, key in _REPORTS.items()}
