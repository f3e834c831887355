"""A benchmark in Croissant 1.1, the metadata format of ML datasets, with its responsible-AI vocabulary.

Specifications: http://mlcommons.org/croissant/1.1 and http://mlcommons.org/croissant/RAI/1.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from synth_assets import __version__
from synth_assets.evaluate.benchmarks.benchmark import SPLITS, Benchmark
from synth_assets.model.columns import Column
from synth_assets.model.table import Table

Values = dict[str, Any]

LICENCE = "https://spdx.org/licenses/MIT.html"

CONTEXT: Values = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The JSON-LD context that the specification recommends."""

RESPONSIBLE_AI: Values = {
    "rai:dataCollection": "Nothing was collected: synth_assets generates every row from a configuration "
    "and a seed.",
    "rai:dataCollectionType": ["Software Collection", "Others: synthetic data"],
    "rai:dataCollectionRawData": "None. Same configuration, seed and package version give the same rows.",
    "rai:dataCollectionMissingData": "Cells are empty only where a column says so; each split is complete.",
    "rai:dataPreprocessingProtocol": [
        "None is needed: keys, references, amounts and ledgers agree to the cent but for the labelled faults."
    ],
    "rai:annotationsPerItem": "One label a fault; no human annotators.",
    "rai:machineAnnotationTools": [f"synth_assets {__version__}"],
    "rai:dataUseCases": [
        "Testing and comparing detectors, rules, agents and pipelines that look for these faults.",
        "Training of such detectors on the train split, choice on the validation split, and one report "
        "on the test split.",
    ],
    "rai:dataBiases": [
        "Distributions are curves with a stated source or a design, not a sample of any population; "
        "names and places are those of the United States."
    ],
    "rai:dataSocialImpact": "No person is concerned. A detector that is tuned on it alone may raise "
    "alarms on honest rows of real books, so a person should decide on each.",
    "rai:personalSensitiveInformation": [
        "None: names are drawn from pools, e-mail addresses and telephone numbers are reserved for "
        "fiction, and no card or account number is real."
    ],
    "rai:dataReleaseMaintenancePlan": "A version never changes; other data get another version, with its "
    "hashes committed in the package that makes it.",
}
"""What is true of every benchmark."""

SPLIT_KINDS = ("cr:TrainingSplit", "cr:ValidationSplit", "cr:TestSplit")


def croissant(benchmark: Benchmark, files: Mapping[str, tuple[Table, str]]) -> Values:
    """The document.

    Args:
        benchmark: what is described.
        files: the table and the SHA-256 of each Parquet file, by its path.
    """
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": benchmark.id,
        "description": f"{benchmark.title}. {benchmark.task} {benchmark.of_world.summary.splitlines()[0]} "
        "Synthetic: no person, company or account in it is real, and every fault is labelled.",
        "license": LICENCE,
        "url": "datasheet.md",
        "creator": {"@type": "sc:Organization", "name": "the synth_assets authors"},
        "datePublished": benchmark.published,
        "version": f"{benchmark.version}.0.0",
        "sdVersion": __version__,
        "keywords": ["synthetic data", "finance", "anomaly detection", benchmark.world.replace("_", " ")],
        "inLanguage": "en",
        "isLiveDataset": False,
        "citeAs": citation(benchmark),
        **_responsible_ai(benchmark),
        "distribution": [_file(path, sha256) for path, (_, sha256) in files.items()],
        "recordSet": [_splits(), *(_record_set(path, table) for path, (table, _) in files.items())],
    }


def citation(benchmark: Benchmark) -> str:
    """How people cite it, as BibTeX."""
    return (
        f"@misc{{{benchmark.id}, title = {{{benchmark.title} ({benchmark.id})}}, "
        f"author = {{{{the synth_assets authors}}}}, year = {{{benchmark.published[:4]}}}, "
        f"note = {{synth\\_assets {__version__}}}}}"
    )


def _responsible_ai(benchmark: Benchmark) -> Values:
    kinds = "; ".join(f"{kind.name}: {kind.description.rstrip('.')}" for kind in benchmark.of_world.anomalies)
    return {
        **RESPONSIBLE_AI,
        "rai:dataAnnotationProtocol": [
            "Each fault is planned before any table is made and labelled by the plan; an independent set of "
            f"SQL rules, which see the tables alone, finds exactly the labels. Kinds: {kinds}."
        ],
        "rai:dataLimitations": [
            *benchmark.limits,
            "Scores here say how detectors compare on these faults, not what they find in a company's books.",
        ],
    }


def _file(path: str, sha256: str) -> Values:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "encodingFormat": "application/x-parquet",
        "sha256": sha256,
    }


def _splits() -> Values:
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "The splits; the first part of a record set's name says of which one it is.",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {"@type": "cr:Field", "@id": f"splits/{name}", "name": name, "dataType": kind}
            for name, kind in (("name", "sc:Text"), ("url", "sc:URL"))
        ],
        "data": [
            {"splits/name": name, "splits/url": kind} for name, kind in zip(SPLITS, SPLIT_KINDS, strict=True)
        ],
    }


def _record_set(path: str, table: Table) -> Values:
    name = path.removesuffix(".parquet")
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": table.grain,
        **({} if table.key.choices else {"key": {"@id": f"{name}/{table.key.name}"}}),  # a list has none
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column.name}",
                "name": column.name,
                "description": " ".join(_said(column)),
                "dataType": _type(column.arrow.type),
                "source": {"fileObject": {"@id": path}, "extract": {"column": column.name}},
            }
            for column in table.columns
        ],
    }


def _said(column: Column) -> Iterator[str]:
    """What a column means. References are words: mlcroissant 1.1 would join, and fails to."""
    yield column.description
    if column.unit:
        yield f"Unit: {column.unit}."
    if column.choices:
        yield f"One of: {', '.join(column.choices)}."
    if column.is_reference:
        yield f"Refers to {' or '.join(column.referenced_tables)}."
    if column.nullable:
        yield "May be empty."


def _type(arrow: pa.DataType) -> str:
    """Croissant's name for a stored type; texts and choices are text."""
    if pa.types.is_boolean(arrow):
        return "sc:Boolean"
    if pa.types.is_integer(arrow):
        return "sc:Integer"
    if pa.types.is_floating(arrow):
        return "sc:Float"
    if pa.types.is_date(arrow):
        return "sc:Date"
    return "sc:DateTime" if pa.types.is_timestamp(arrow) else "sc:Text"
