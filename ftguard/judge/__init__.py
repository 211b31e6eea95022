"""An LLM grades answers: pointwise on a rubric, or pair by pair in both orders."""

from ftguard.judge.agreement import JudgeAgreement as JudgeAgreement
from ftguard.judge.agreement import kappa as kappa
from ftguard.judge.announcement import announce as announce
from ftguard.judge.budget import Budget as Budget
from ftguard.judge.budget import Usage as Usage
from ftguard.judge.judge import Judge as Judge
from ftguard.judge.judge import refuse_self as refuse_self
from ftguard.judge.judging import Judged as Judged
from ftguard.judge.judging import Judging as Judging
from ftguard.judge.pairwise import Compared as Compared
from ftguard.judge.pairwise import JudgedPair as JudgedPair
from ftguard.judge.pairwise import compare as compare
from ftguard.judge.request import Task as Task
from ftguard.judge.rubric import RUBRIC as RUBRIC
from ftguard.judge.rubric import Rubric as Rubric
