"""The glossary in both languages: terms with their formulas, and every metric, from the program's own words."""

from __future__ import annotations

from dataclasses import dataclass

from fleetsim.report.answers import HOLDS
from fleetsim.report.metrics import METRICS
from fleetsim.report.metrics.swapping import PROMPT_S
from fleetsim.report.words import Language, in_language, unit_label, word, word_list
from fleetsim.results.schema import CLEAN_SOURCES, LATE_S
from fleetsim.scenario.fleets import BatteryFleet
from fleetsim.scenario.schema import ScenarioSpec
from fleetsim.spec import Text


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the trade as fleetsim means it."""

    name: Text
    meaning: Text
    formulas: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    """Metrics that measure it."""


def _default(spec: type[BatteryFleet] | type[ScenarioSpec], key: str) -> str:
    return f"{spec.model_fields[key].default:g}"


_WARMUP = _default(ScenarioSpec, "warmup_days")
_TARGET, _RESERVE = _default(BatteryFleet, "charge_target"), _default(BatteryFleet, "reserve")
_LATE_MIN, _PROMPT_MIN = f"{LATE_S / 60:g}", f"{PROMPT_S / 60:g}"
_CLEAN: dict[Language, str] = {
    "en": " and ".join(word(f"source.{source}", "en").lower() for source in CLEAN_SOURCES).replace(
        " and ", ", ", len(CLEAN_SOURCES) - 2
    ),
    "zh": "、".join(word(f"source.{source}", "zh") for source in CLEAN_SOURCES),
}

TERMS = (
    Term(
        Text(en="Horizon", zh="统计时段"),
        Text(
            en=f"The reported days, from midnight to midnight, civil time of Asia/Shanghai. Before them run {_WARMUP} "
            "warm-up days (`warmup_days`), which are not reported. A session that is open at either end is cut there; "
            "a trip belongs to the horizon if it ends within it. Rows that are open at the end close with `horizon`.",
            zh=f"统计的各天，从零点到零点，北京时间。之前先运行 {_WARMUP} 天预热（`warmup_days`），预热不计入统计。"
            "跨越时段边界的充电在边界处截断；行程在时段内结束的计入统计。到期末仍未结束的记录以 `horizon` 结尾。",
        ),
    ),
    Term(
        Text(en="Balance", zh="电量平衡"),
        Text(
            en="No energy appears or vanishes: each line holds per vehicle, station, site and run, and the largest "
            "relative gap is printed. Energy that was there at the start is called initial, never clean. Of hydrogen "
            "the same in kilograms.",
            zh="电量不会凭空出现或消失：车辆、换电站、场站与全局逐项平衡，并给出最大相对误差。期初存量单列为“期初”，"
            "不计为清洁电量。氢气以千克同样平衡。",
        ),
        (
            "meter = delivered + conversion losses + hydrogen + standby + base",
            "delivered = stored + battery losses",
            "initial + stored + swapped = driven + fed back + left",
            "initial + produced + delivered = dispensed + vented + left  (H2, kg)",
        ),
        ("balance_error", "balance_error_hydrogen"),
    ),
    Term(
        Text(en="Service level", zh="服务水平"),
        Text(
            en=f"The share of duties done in time: timetabled trips that depart no more than {_LATE_MIN} minutes late, "
            f"rounds finished within their shift, visits of taxis for energy that wait no more than {_PROMPT_MIN} "
            f"minutes. What is cancelled or given up counts as failed. Of a run with several kinds of service it "
            f"is one share over all duties, so a report judges each kind by itself, and calls it holding from "
            f"{100 * HOLDS:g} % on.",
            zh=f"按时完成的任务占比：晚点不超过 {_LATE_MIN} 分钟发车的计划班次、在班次时间内完成的作业轮次、等待不超过 "
            f"{_PROMPT_MIN} 分钟的出租车补能。取消和放弃的计为未完成。含多种业务时为全部任务的合计占比，报告另对每种"
            f"业务分别评价，达到 {100 * HOLDS:g}% 为有保障。",
        ),
        ("service_level = (trips_done + rounds_finished + energy_visits_prompt) "
         "/ (trips_planned + rounds_planned + energy_visits)",),
        ("service_level",),
    ),
    Term(
        Text(en="Utilisation", zh="利用率"),
        Text(
            en="Three definitions, always named. A charger with a full vehicle still plugged in is used by the second "
            "and not by the others.",
            zh="三种口径，使用时必须注明。车辆充满后仍插着枪，只有第二种口径计为使用。",
        ),
        (
            "utilisation_energy = delivered DC energy / (nameplate power x hours)",
            "utilisation_plugged = hours with a vehicle plugged in / charger-hours",
            "utilisation_charging = hours with power flowing / charger-hours",
        ),
        ("utilisation_energy", "utilisation_plugged", "utilisation_charging"),
    ),
    Term(
        Text(en="Mismatch", zh="有桩错配"),
        Text(
            en="Vehicles wait while chargers stand free: vehicle-hours waited during which a usable charger was free "
            "within reach, beside the hours in which chargers in service stood idle.",
            zh="有桩空闲却有车等待：等待期间可及范围内有可用空闲桩的车·小时，另列可用充电桩的空闲桩·小时。",
        ),
        (
            "mismatch_h = sum over waits of the time in which a charger within reach was free",
            "idle_charger_h = charger-hours - out of service - plugged in",
        ),
        ("mismatch_h", "idle_charger_h"),
    ),
    Term(
        Text(en="Charge policy", zh="充电策略参数"),
        Text(
            en=f"A vehicle charges to its charge target ({_TARGET} of a full battery by default) and plans no duty "
            f"that would end below its reserve ({_RESERVE}). It never drives below empty: a trip that cannot be run "
            "is late or cancelled, with its reason.",
            zh=f"车辆充到目标电量（默认为满电的 {_TARGET}），不安排预计结束时低于备用下限（{_RESERVE}）的任务。"
            "电量不会低于零：无法执行的班次记为晚点或取消，并注明原因。",
        ),
        (),
        ("reserve_crossings", "soc_min", "unmet_kwh"),
    ),
    Term(
        Text(en="Clean share", zh="清洁电量占比"),
        Text(
            en=f"Clean is {_CLEAN['en']}, and nothing else. The share of a kilowatt-hour depends on method and "
            "boundary, so there are several and each is named: of the province's production (the label, for "
            "accounting); of its consumption, with exports carrying the mix; of its consumption with contracted hydro "
            "exported first; of the city's zone by flow tracing; market-based, with green certificates. "
            "[Details](grid.md).",
            zh=f"清洁电源为{_CLEAN['zh']}，其余不计。同一度电的占比取决于方法和边界，因此有多种口径，逐一注明："
            "全省发电侧平均（默认，用于核算）；用电侧平均（外送电量按发电结构计）；外送协议水电优先扣除后的用电侧平均；"
            "按潮流追踪的城市分区用电侧平均；市场法（绿证）。[详细说明](grid.md)。",
        ),
        (
            "clean share of a fleet = sum of (share of the slot x energy in the slot) / energy",
            "market-based = q + (1 - q) x residual share,   q = min(1, certificates / energy)",
        ),
        (
            "clean_share", "clean_share_consumption", "clean_share_dedicated", "clean_share_zone",
            "clean_share_contractual", "clean_share_driven",
        ),
    ),
    Term(
        Text(en="Average and marginal", zh="平均与边际"),
        Text(
            en="An average says what electricity was made of: it goes into an inventory. A marginal emission says what "
            "one more kilowatt-hour causes, within the province or in the southern grid: it goes into a decision. It "
            "is an emission and not a share; the two are never added.",
            zh="平均值说明电力由什么构成，用于碳核算；边际排放说明多用一度电引起多少排放（省内或南方电网边界），用于决策。"
            "边际值是排放量而不是占比，两者不得相加。",
        ),
        (
            "emission_kg = sum of (mean kg CO2 per kWh of the slot x energy in the slot)",
            "emission_marginal_..._kg = sum of (kg CO2 for one kWh more in the slot x energy in the slot)",
        ),
    ),
    Term(
        Text(en="Certainty", zh="可信程度"),
        Text(
            en="Each input carries one: `measured`; `published`, read in a document; `derived`, computed from "
            "published figures; `known`, common knowledge of the trade; `estimated`, the same with medium certainty; "
            "`assumed`, a guess that a report must call one.",
            zh="每项输入都注明：`measured` 实测；`published` 有公开文献；`derived` 由公开数据推算；`known` 行业常识；"
            "`estimated` 行业估计；`assumed` 假设，报告必须注明。",
        ),
    ),
)  # fmt: skip

_SECTIONS = {
    "energy_kwh": Text(en="Energy", zh="电量"),
    "vehicles": Text(en="Vehicles, chargers and service", zh="车辆、充电桩与服务"),
    "waits": Text(en="Waiting", zh="等待"),
    "idle_charger_h": Text(en="Use of chargers and connections", zh="充电桩与供电容量"),
    "clean_share": Text(en="Cleanliness and cost", zh="清洁与费用"),
    "refuels": Text(en="Hydrogen", zh="氢能"),
    "generation_hydro_gwh": Text(en="Grid", zh="电网"),
    "peak_loading": Text(en="Distribution network", zh="配电网"),
}
"""Headings of the metrics, each before the metric with which its part begins."""

_HEAD = {
    "title": Text(en="Glossary", zh="术语与指标"),
    "lead": Text(
        en="What the words of a report mean, with formulas. Shares are 0 to 1 in tables and per cent in print. "
        "[中文](zh/glossary.md)",
        zh="报告用语的含义与公式。占比在数据表中为 0 到 1，打印时为百分数。[English](../glossary.md)",
    ),
    "metrics": Text(en="Metrics", zh="指标"),
    "measured": Text(en="Metrics", zh="相关指标"),
    "columns": Text(en="| name | metric | unit | of | definition |", zh="| 名称 | 指标 | 单位 | 适用 | 定义 |"),
}


def glossary_page(lang: Language) -> str:
    """``docs/glossary.md`` or ``docs/zh/glossary.md``."""

    def said(text: Text) -> str:
        return in_language(text, lang)

    parts = [
        f"# {said(_HEAD['title'])}\n",
        "<!-- Written by `make docs` from the program; edits here are lost. -->\n",
        said(_HEAD["lead"]) + "\n",
    ]
    for term in TERMS:
        parts += [f"## {said(term.name)}\n", said(term.meaning) + "\n"]
        if term.formulas:
            parts.append("```text\n" + "\n".join(term.formulas) + "\n```\n")
        if term.metrics:
            colon, comma = (": ", ", ") if lang == "en" else ("：", "、")
            parts.append(said(_HEAD["measured"]) + colon + comma.join(f"`{name}`" for name in term.metrics) + "\n")
    parts.append(f"## {said(_HEAD['metrics'])}\n")
    for metric in METRICS:
        if metric.name in _SECTIONS:
            heading = f"### {said(_SECTIONS[metric.name])}"
            parts += [
                *([""] if parts[-1].startswith("|") else []),
                heading,
                "",
                said(_HEAD["columns"]),
                "|---|---|---|---|---|",
            ]
        words = word_list().metrics[metric.name]
        of = (", " if lang == "en" else "、").join(word(f"table.scope.{scope}", lang) for scope in metric.scopes)
        unit = unit_label(metric.unit, lang) or "1"
        row = (said(words.name), f"`{metric.name}`", unit, of, said(words.definition))
        parts.append("| " + " | ".join(row) + " |")
    return "\n".join(parts) + "\n"
