"""The evidence around the articles that criteria and parameters cite (B01 to B33).

`seen`: what of it was read when the protocol was written. What was not is to be checked by a person before
the protocol is relied on.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """A publication or guideline, in short form."""

    id: str
    reference: str
    seen: str


TEXT, ABSTRACT, PART = "text", "abstract or excerpt", "part of the text"
SECOND_HAND, NOT_SEEN = "quoted elsewhere", "not retrieved"

EVIDENCE: tuple[Evidence, ...] = (
    Evidence(
        "B01", "GIRFT national suspected cauda equina syndrome pathway, 2023", "announcement, not the pathway"
    ),
    Evidence("B02", "The pathway's implications for physiotherapists, Physiotherapy, March 2024", TEXT),
    Evidence("B03", "BMJ Best Practice, cauda equina syndrome", ABSTRACT),
    Evidence("B04", "HSSIB, timely detection and treatment of cauda equina syndrome, 2021", TEXT),
    Evidence("B05", "Cauda equina warning card (Greenhalgh, Mercer, Finucane); linked, not copied", TEXT),
    Evidence("B06", "NICE NG59, low back pain and sciatica in over 16s", TEXT),
    Evidence("B07", "NICE CKS, red flags of sciatica and low back pain", SECOND_HAND),
    Evidence("B08", "Finucane et al., framework for red flags, JOSPT 2020;50:350-372", ABSTRACT),
    Evidence("B09", "Downie et al., BMJ 2013;347:f7095", TEXT),
    Evidence(
        "B10", "NICE CG75, replaced by NG234 (2023), metastatic cord compression", "CG75; NG234 not retrieved"
    ),
    Evidence("B11", "NICE NG12, suspected cancer", TEXT),
    Evidence("B12", "NICE NG65, spondyloarthritis in over 16s", TEXT),
    Evidence("B13", "NICE NG156, abdominal aortic aneurysm; RCEM summary", PART),
    Evidence("B14", "Pyogenic spinal infection in an emergency department, Am J Emerg Med 2019", TEXT),
    Evidence("B15", "NHS Lothian RefHelp, bilateral sciatica and foot drop", TEXT),
    Evidence("B16", "NICE NG127, suspected neurological conditions", SECOND_HAND),
    Evidence(
        "B17", "Bone stress injury: Warden et al. 2021 and reviews; IOC REDs CAT2 2023 (concept only)", TEXT
    ),
    Evidence("B18", "Micheli & Wood 1995, back pain in young athletes", SECOND_HAND),
    Evidence(
        "B19",
        "Pain-monitoring model: Thomee 1997; Silbernagel et al., AJSM 2007",
        "Silbernagel's abstract only",
    ),
    Evidence(
        "B20", "Change on the rating scale: Ostelo 2008; inpatient cohort 2020", "both; Childs and Farrar not"
    ),
    Evidence("B21", "Bands of the rating scale: Boonstra, Front Psychol 2016", TEXT),
    Evidence("B22", "ASTEROID trial, Neason, BJSM 2024: walk-run training in chronic low back pain", TEXT),
    Evidence("B23", "Frandsen, BJSM 2025;59:1203-1210: single runs beyond the longest of 30 days", TEXT),
    Evidence("B24", "Nielsen, JOSPT 2014; Buist, AJSM 2008: weekly progression", f"{SECOND_HAND}; Buist not"),
    Evidence("B25", "Graded return: Trials 2023, s13063-023-07502-x; practice protocol", TEXT),
    Evidence(
        "B26", "Goom, Donnelly, Brockwell 2019; Donnelly, BJSM 2020: running after birth (level 4)", TEXT
    ),
    Evidence("B27", "Hew-Butler, consensus on exercise-associated hyponatraemia, 2015", TEXT),
    Evidence("B28", "Lipman, EMJ 2017: ibuprofen and kidney injury; MHRA June 2023: pregnancy", TEXT),
    Evidence("B29", "Van Hooren, Sports Med 2020: treadmill and overground", TEXT),
    Evidence("B30", "Heiderscheit, MSSE 2011: step rate", TEXT),
    Evidence("B31", "French, Cochrane 2006: heat", TEXT),
    Evidence("B32", "Checks of the articles' figures: Maselli 2020, Wu 2021, Raabe & Chaudhari 2018", TEXT),
    Evidence("B33", "Nicholas et al., Phys Ther 2011;91:737-753: psychological flags", TEXT),
)
