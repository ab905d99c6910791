"""Name lists for invented people; picked for variety, in no way a picture of any population."""

from __future__ import annotations

from typing import Final

#: "Elizabeth:Liz,Beth" is a name with what people call its bearers.
_FEMALE: Final = """
Abigail:Abby,Gail Adaeze Adriana:Adri Agnes:Aggie Aisha Alejandra:Ale,Sandra
Alexandra:Alex,Sandy,Lexi Alice:Allie Alicia:Ali Allison:Allie Amanda:Mandy Amara
Amelia:Amy,Millie Amina Ana:Anita Anaïs Andrea:Andie Angela:Angie Anne:Annie Antonia:Toni Aoife
April Ariana:Ari Ashley:Ash Astrid Audrey Aurora:Rory Barbara:Barb,Babs Beatrice:Bea,Trixie Belén
Bernadette:Bernie Beverly:Bev Bianca Björk Bridget:Biddy Brooke Camila:Cami Candice:Candy Carmen
Caroline:Carrie Catalina:Cata Catherine:Cathy,Kate Cecilia:Cece Charlotte:Charlie,Lottie Chloé
Christina:Chris,Tina Clara Claudia Colette Constance:Connie Cynthia:Cindy Dahlia Daniela:Dani
Danielle:Dani Daphne Deborah:Deb,Debbie Delilah Denise Diana:Di Dolores:Lola Dorothy:Dot,Dottie
Edith:Edie Eileen Elaine Eleanor:Ellie,Nora Elena:Lena Eliana Elise
Elizabeth:Liz,Beth,Betty,Eliza Ellen:Nell Eloísa Emily:Em Emma Erica Esperanza Esther:Essie
Eugenia:Genie Eva Evelyn:Evie Fatima Felicia Fiona Florence:Flo Frances:Fran,Frannie
Gabriela:Gabi Genevieve:Gen Georgia Geraldine:Gerry Gina Giulia Gloria Grace Graciela:Chela
Guadalupe:Lupe Gwendolyn:Gwen Hannah Harriet:Hattie Hazel Heather Heidi Helen:Nell Hiroko Ida
Imani Ingrid Irene Isabel:Izzy,Belle Ivy Jacqueline:Jackie Jane Janet:Jan Jasmine:Jas
Jennifer:Jen,Jenny Jessica:Jess Jia Joanna:Jo Josephine:Jo,Josie Joy Judith:Judy Julia
Juliana:Jules Justine Karen Karina Katherine:Kate,Kathy,Katie Kayla Keiko Kelly Kimberly:Kim Kira
Kristen:Kris Laila Latoya:Toya Laura Lauren Leah Leilani:Lani Leticia:Letty Lillian:Lily Linda
Lisa Lorraine:Lori Louise:Lou Lourdes:Lulu Lucía:Lucy Lucille:Lucy Luz Lydia Mabel
Madeline:Maddie Magdalena:Lena,Magda Maï Marcela Margaret:Maggie,Meg,Peggy Maria María Maribel
Marilyn Marisol:Mari Marjorie:Marge Martha:Marty Mary:Molly,Polly Maureen:Mo Maxine:Max Mei
Melanie:Mel Melissa:Mel,Missy Mercedes Michelle:Shelly Mildred:Millie Mónica Nadia Nancy:Nan
Naomi Natalie:Nat Nicole:Nicki Noémie Noor Norma Olga Olivia:Liv,Livvy Paige Pamela:Pam
Patricia:Pat,Patty,Trish Paula Paulina Penelope:Penny Petra Philippa:Pippa Phoebe Priscilla:Cilla
Priya Rachel:Rach Ramona:Mona Rebecca:Becky,Becca Regina:Gina Renée Rita Roberta:Bobbie Rosa
Rosalind:Roz Rosario Rosemary:Rose,Romy Ruth:Ruthie Sabrina Samantha:Sam Sandra:Sandy Sara
Sarah:Sally Selena Serena Shanice Sharon:Shari Sheila Simone Siobhan Sofía Sonia Sophia:Sophie
Stephanie:Steph Susan:Sue,Susie Sylvia Tamara:Tammy Tatiana:Tania Teresa:Terry,Tess Thi Tomiko
Ursula Valentina:Val Valerie:Val Vanessa:Nessa Verónica:Vero Victoria:Vicky,Tori Violet:Vi
Virginia:Ginny Vivian:Viv Wanda Wendy Wilhelmina:Mina,Billie Winifred:Winnie Xiomara Yasmin
Yolanda:Yoli Yuki Yvonne Zainab Zelda Zoë Zuzana
"""
_MALE: Final = """
Aaron Abdul Abraham:Abe Adam Adrian Ahmed Alan:Al Albert:Al,Bert Alejandro:Ale
Alexander:Alex,Sandy Alfred:Alf,Fred Alonzo:Lon Álvaro Ambrose Amir Anders Andre Andrés
Andrew:Andy,Drew Anselm Anthony:Tony Antoine Antonio:Toño,Tony Arjun Arnold:Arnie Arthur:Art
Arturo Augustus:Gus Axel Barnaby Bartholomew:Bart Basil Benedict:Ben Benjamin:Ben,Benny
Bernard:Bernie Bjørn Bradley:Brad Brandon Brendan Brian Bruno Byron Calvin:Cal Cameron:Cam Carlos
Cedric César Charles:Charlie,Chuck Christian:Chris Christopher:Chris,Kit Clarence Clayton:Clay
Clifford:Cliff Colin Conrad Cornelius:Neil Craig Curtis:Curt Cyrus:Cy Damian Daniel:Dan,Danny
Dario Darnell Darren David:Dave Dennis:Denny Derek Desmond:Des Diego Dmitri:Dima Dominic:Dom
Donald:Don,Donnie Douglas:Doug Duncan Dwayne Earl Edgar:Ed Edmund:Ned Eduardo:Lalo
Edward:Ed,Eddie,Ted Edwin:Ed Elias:Eli Elijah:Eli Emanuel:Manny Emilio Emmett Enrique:Quique Eric
Ernesto Ernest:Ernie Esteban Ethan Eugene:Gene Evan Ezekiel:Zeke Fabian Felipe Felix
Fernando:Nando Finn Floyd Francis:Frank Francisco:Paco,Pancho Franklin:Frank
Frederick:Fred,Freddie Gabriel:Gabe Gareth Garrett Gary Geoffrey:Geoff George Gerald:Gerry
Gilbert:Gil Giovanni:Gio Glenn Gordon Graham Gregory:Greg Guillermo:Memo Günther Gustavo:Gus
Harold:Hal,Harry Harrison:Harry Hassan Héctor Henry:Hank,Harry Herbert:Herb Hideo Horace
Howard:Howie Hugo Ibrahim Ignacio:Nacho Igor Irving:Irv Isaac:Ike Isaiah Ismael Ivan Jacob:Jake
Jaime Jamal James:Jim,Jimmy,Jamie Jared Javier:Javi Jean-Luc Jeffrey:Jeff Jeremiah:Jerry Jeremy
Jerome:Jerry Jésus:Chuy Jesús:Chuy Joaquín Joel Johannes John:Jack,Johnny Jonah
Jonathan:Jon,Jonny Jordan Jorge José:Pepe Joseph:Joe,Joey Joshua:Josh Juan Julian:Jules Julio
Justin Kareem Karl Keith Kelvin Kenji Kenneth:Ken,Kenny Kevin:Kev Khalid Kofi Kwame Kyle Lamar
Lance Lars Lawrence:Larry Leland Leo Leonard:Len,Lenny Leroy Lester:Les Lionel Lloyd Logan
Lorenzo Louis:Lou Lucas:Luke Luis Luther Magnus Malcolm:Mal Malik Manuel:Manny Marco Marcus:Marc
Mario Mark Martin:Marty Marvin:Marv Mateo Matthew:Matt Maurice:Mo Mauricio Maximilian:Max
Maxwell:Max Melvin:Mel Michael:Mike,Mick Miguel Miles Milton:Milt Mitchell:Mitch Mohammed:Mo
Moses:Mo Nathan:Nate Nathaniel:Nate,Nat Neil Nelson Nicholas:Nick Nicolás:Nico Noah Norman:Norm
Octavio Oliver:Ollie Omar Orlando Oscar Owen Pablo Pascual Patrick:Pat,Paddy Paul Pedro
Percival:Percy Peter:Pete Philip:Phil Quentin Rafael:Rafa Ramón:Moncho Randall:Randy Raúl
Raymond:Ray Reginald:Reggie René Ricardo:Ricky Richard:Rick,Rich,Dick Robert:Bob,Bobby,Rob
Roberto:Beto Roderick:Rod Rodrigo Roger Roland:Rollie Roman Ronald:Ron,Ronnie Roscoe Roy Rubén
Rudolph:Rudy Rufus Russell:Russ Salvador:Sal Samuel:Sam,Sammy Santiago:Santi Saul Sean
Sebastian:Seb Sergio Seth Shane Sidney:Sid Silas Simon Solomon:Sol Søren Spencer:Spence
Stanley:Stan Stephen:Steve Steven:Steve Stuart:Stu Sven Terrence:Terry Thaddeus:Tad
Theodore:Ted,Theo Thomas:Tom,Tommy Timothy:Tim Tobias:Toby Tomás Trevor Tyrone:Ty Ulysses
Vernon:Vern Vicente:Chente Victor:Vic Vincent:Vince,Vinny Wallace:Wally Walter:Walt Warren Wei
Wesley:Wes Wilfred:Will William:Bill,Will,Billy Winston Wyatt Xavier Yusuf Zachary:Zach
Zebulon:Zeb
"""
_COMMON_FAMILY: Final = """
Abbott Acosta Adams Adeyemi Aguilar Aguirre Ahmed Alexander Ali Allen Alvarado Álvarez Andersen
Anderson Andrade Andrews Anwar Arellano Armstrong Arnold Arroyo Asante Austin Avery Avila Ayala
Bailey Baker Baldwin Ballard Banerjee Banks Barber Barker Barnes Barrera Barrett Barron Bauer
Beck Becker Bell Beltrán Bennett Benson Berg Bernal Berry Bishop Black Blair Blake Blanco Blom
Bowen Bowman Boyd Bradley Brady Brandt Bravo Brennan Brooks Brown Bryant Buchanan Burgess Burke
Burns Bush Butler Byrd Caldwell Calhoun Camacho Campbell Campos Cannon Cárdenas Carlson Carpenter
Carr Carrillo Carroll Carter Castillo Castro Cervantes Chambers Chan Chandler Chang Chapman
Chaudhry Chávez Chen Cheng Cho Chowdhury Christensen Chu Chung Clark Clarke Clayton Cohen Cole
Coleman Collins Colón Contreras Cook Cooper Corbett Córdova Cortez Costa Cox Craig Crawford Cross
Cruz Cummings Cunningham Curtis Dalton Daniels Das Davidson Davies Davis Dawson Day Dean Decker
Delgado Dennis Desai Díaz Dixon Domínguez Donnelly Dougherty Douglas Doyle Drake Dubois Duncan
Dunn Duran Eaton Edwards Ellis Eriksson Espinoza Estrada Evans Farrell Faulkner Ferguson
Fernández Fields Figueroa Fischer Fisher Fitzgerald Fleming Fletcher Flores Flynn Ford Foster Fox
Franco Franklin Frazier Freeman French Frost Fuentes Fujimoto Gallagher Gallegos Garcia García
Gardner Garner Garrett Garza George Gibson Gilbert Gill Glover Gómez Gonzales González Goodman
Gordon Graham Grant Graves Gray Green Greene Griffin Griffith Gross Guerrero Gupta Gustafson
Gutiérrez Guzmán Hale Hall Halloran Hamilton Hammond Hampton Hansen Hanson Hardy Harmon Harper
Harrington Harris Harrison Hart Harvey Haugen Hawkins Hayes Haynes Heath Henderson Henry
Hernández Herrera Hicks Higgins Hill Hinojosa Ho Hodges Hoffman Holland Holmes Holt Hong Hopkins
Horn Horton Houston Howard Howell Huang Hubbard Huerta Huffman Hughes Hunt Hunter Ibarra Ingram
Irwin Ishikawa Iyer Jackson Jacobs Jain James Jefferson Jenkins Jennings Jensen Jiménez Johansson
Johnson Johnston Jones Jordan Joseph Joshi Juárez Kaur Keller Kelley Kelly Kemp Kennedy Khan Kim
King Klein Knight Koch Kowalski Kramer Kumar Kwon Lam Lambert Lane Lara Larsen Larson Lau
Lawrence Lawson Le Leblanc Lee Leonard León Lewis Li Lim Lin Lindgren Little Liu Lloyd Logan Long
Lopez López Love Lowe Lozano Lucas Lucero Luna Lynch Lyons Ma Mack Macías Madden Maldonado Malik
Malone Manning Marquez Marsh Marshall Martin Martínez Mason Matsumoto Maxwell May McAllister
McBride McCarthy McCormick McDaniel McDonald McGee McKinney Medina Mehta Mejía Melendez Mendez
Mendoza Mercado Meyer Miles Miller Mills Miranda Mitchell Molina Montes Montgomery Montoya Moore
Mora Morales Moran Moreno Morgan Morris Morrison Morse Moss Mueller Mullins Muñoz Murphy Murray
Myers Nakamura Nash Navarro Neal Nelson Newman Newton Nguyen Nichols Nielsen Nkosi Noble Nolan
Norman Norris Norton Novak Núñez Obrien Ochoa Okafor Okonkwo Oliver Olsen Olson Ortega Ortiz
Osborne Owens Pacheco Padilla Page Palmer Park Parker Parks Parra Patel Patterson Paul Payne
Pearson Peck Peña Pérez Perkins Perry Petersen Peterson Petrov Pham Phan Phillips Pierce Pittman
Ponce Pope Porter Potter Powell Powers Pratt Price Prince Pruitt Quinn Quintero Ramírez Ramos
Randall Rao Ray Reed Reese Reid Reyes Reynolds Rhodes Rice Richards Richardson Riley Ríos Rivas
Rivera Robbins Roberts Robertson Robinson Robles Rocha Rodgers Rodríguez Rogers Rojas Roman
Romero Rosales Rosario Rose Ross Rossi Roth Rowe Roy Rubio Ruiz Russell Russo Ryan Saito Salas
Salazar Salinas Sánchez Sanders Sandoval Santiago Santos Saunders Schmidt Schneider Schroeder
Schultz Schwartz Scott Sehgal Sellers Serrano Sharma Sharp Shaw Shelton Sherman Shields Silva
Simmons Simon Simpson Sims Singh Skinner Sloan Small Smith Snyder Solís Sørensen Soto Sparks
Spencer Stanley Stark Steele Stein Stephens Stevens Stewart Stone Strickland Suárez Sullivan
Sutton Suzuki Swanson Sweeney Tanaka Tapia Tate Taylor Terry Thomas Thompson Thornton Todd Torres
Townsend Tran Travis Trevino Trujillo Tucker Turner Underwood Valdez Valencia Valenzuela Vargas
Vasquez Vaughn Vega Velasquez Vélez Villa Villanueva Villarreal Vu Wade Wagner Walker Wall
Wallace Walsh Walters Walton Wang Ward Ware Warner Warren Washington Watkins Watson Watts Weaver
Webb Weber Webster Weiss Welch Wells West Wheeler White Whitehead Whitney Wilcox Wilkins Williams
Williamson Willis Wilson Winters Wise Wolf Wong Wood Woods Wright Wu Wyatt Xiong Yamamoto Yang
Yates Ybarra Yoder Young Yu Zamora Zapata Zavala Zhang Zhao Zhou Ziegler Zimmerman Zúñiga
"""
_BEGINNINGS: Final = """
Ash Alder Bar Beck Birch Black Bram Bright Brook Cald Chat Clay Cold Copper Cran Dar Dun East Elm
Fair Far Fen Fern Field Ful Gold Gran Green Hard Hart Haw Hazel Heath High Hol Hunt Ink Kel Kings
Lang Lark Lin Lock Long Marl May Mill Moor Nether North Oak Old Over Pem Pen Quill Raven Red
Ridge Rock Rush Sand Shel Sil Stan Stock Storm Stret Sum Swan Thistle Thorn Under Up Wake Wal
Warm West Whit Wild Win Wood Wyn Yar
"""
_ENDINGS: Final = """
beck berry borough bourne bridge brook burn bury by cliff combe cote croft dale den fell field
ford gate grove ham hart hill holm hurst land ley low man mere mont moor more port ridge shaw
side smith stead stoke stone ston ter ton wald ward water well wick win wood worth
"""


def _words(listing: str) -> tuple[str, ...]:
    return tuple(listing.split())


def _with_nicknames(listing: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    entries = (entry.partition(":") for entry in _words(listing))
    return tuple(
        (name, tuple(nicknames.split(",")) if nicknames else ()) for name, _, nicknames in entries
    )


FEMALE: Final = _with_nicknames(_FEMALE)
MALE: Final = _with_nicknames(_MALE)

#: Given name → what people call them.
NICKNAMES: Final[dict[str, tuple[str, ...]]] = {
    name: nicknames for name, nicknames in (*FEMALE, *MALE) if nicknames
}
COMMON_FAMILY: Final = _words(_COMMON_FAMILY)
APOSTROPHES: Final = _words(
    "O'Neil O'Brien O'Connor O'Hara O'Leary O'Malley O'Shea D'Angelo D'Amico D'Souza"
)
PARTICLES: Final = (
    "de la Cruz", "de la Rosa", "de la Torre", "del Río", "de León", "de los Santos", "van Dyke",
    "van der Berg", "van den Heuvel", "von Braunau", "da Silva", "dos Santos", "di Marco",
    "St. John", "La Fontaine", "ben David",
)  # fmt: skip

#: Beginnings and endings that make several thousand rarer family names ("Whit" + "combe").
BEGINNINGS: Final = _words(_BEGINNINGS)
ENDINGS: Final = _words(_ENDINGS)
