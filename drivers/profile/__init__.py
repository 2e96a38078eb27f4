"""Pen profiles: TOML files that say how a pen's bytes become samples."""

from drivers.profile.loading import find_profile, load_profile, parse_profile, shipped_profiles
from drivers.profile.plan import CodePlan, FieldPlan, FramePlan
from drivers.profile.profile import Profile

__all__ = [
    "CodePlan",
    "FieldPlan",
    "FramePlan",
    "Profile",
    "find_profile",
    "load_profile",
    "parse_profile",
    "shipped_profiles",
]
