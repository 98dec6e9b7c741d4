"""What would have paid: the least changes to a claim that make a line eligible (spec proof.md 3).

`candidates` names every single change worth trying, from what the lists and the product ask of the drug; `least` tries them alone, in twos and in
threes with the engine that decides claims; `wording` says the sets in Chinese and English. These are pure. `services` does it for a recorded check.
"""
